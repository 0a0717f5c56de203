import type { Aws } from '@twelvefold/aws';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { AccessOf, ClientFor, FacetsOf, ResourceDefinition } from './client-for.ts';
import type { IdempotencyStoreDefinition } from './idempotency/definition.ts';
import { idempotencyStore } from './idempotency/definition.ts';
import type { IdempotencyWriter } from './idempotency/port.ts';
import { queue } from './queue/definition.ts';
import type { QueueSender } from './queue/port.ts';
import { sessionStore } from './sessions/definition.ts';
import type { Session, SessionReader, SessionWriter } from './sessions/port.ts';
import { table } from './table/definition.ts';
import { createDynamoDbTable } from './table/dynamodb.ts';
import type { TableReader, TableWriter } from './table/port.ts';
import { topic } from './topic/definition.ts';
import type { TopicPublisher } from './topic/port.ts';

const schema = z.object({ orderId: z.string(), line: z.string(), count: z.number(), note: z.string().optional() });
type Row = z.output<typeof schema>;

const single = table('single', { schema, key: 'orderId' });
const sorted = table('sorted', { schema, key: { partition: 'orderId', sort: 'line' } });
const message = z.object({ at: z.string().transform((text) => new Date(text)) });
const jobs = queue('jobs', { schema: message });
const events = topic('events', { schema: message });
const sessions = sessionStore('sessions', { schema: z.object({ userId: z.string() }) });
const effects = idempotencyStore('effects');

// Types alone are at stake: nothing here runs, tsc judges it.
describe('keys', () => {
  it('are a string for a partition key alone, an object of both otherwise', () => {
    type Single = ClientFor<typeof single, 'read'>;
    type Sorted = ClientFor<typeof sorted, 'read' | 'write'>;
    expectTypeOf<Parameters<Single['get']>[0]>().toEqualTypeOf<string>();
    expectTypeOf<Parameters<Sorted['get']>[0]>().toEqualTypeOf<{ orderId: string; line: string }>();
    expectTypeOf<Parameters<Sorted['delete']>[0]>().toEqualTypeOf<{ orderId: string; line: string }>();
  });

  it('must be fields of the row', () => {
    // @ts-expect-error: no such field
    table('bad', { schema, key: 'orderid' });
    // @ts-expect-error: no such field
    table('bad', { schema, key: { partition: 'orderId', sort: 'lines' } });
  });

  it('are the same for a client that is made by hand', () => {
    const made = createDynamoDbTable({ definition: sorted, name: 't', aws: {} as Aws });
    expectTypeOf(made).toExtend<ClientFor<typeof sorted, 'read' | 'write'>>();
    expectTypeOf(made.get).parameter(0).toEqualTypeOf<{ orderId: string; line: string }>();
    const byHand = createDynamoDbTable({ definition: single, name: 't', aws: {} as Aws });
    expectTypeOf(byHand.get).parameter(0).toEqualTypeOf<string>();
    expectTypeOf(byHand.put).parameter(0).toEqualTypeOf<Row>();
  });
});

describe('accesses', () => {
  it('are those of the kind', () => {
    expectTypeOf<AccessOf<typeof single>>().toEqualTypeOf<'read' | 'write'>();
    expectTypeOf<AccessOf<typeof sessions>>().toEqualTypeOf<'read' | 'write'>();
    expectTypeOf<AccessOf<typeof effects>>().toEqualTypeOf<'write'>();
    expectTypeOf<AccessOf<typeof jobs>>().toEqualTypeOf<'send'>();
    expectTypeOf<AccessOf<typeof events>>().toEqualTypeOf<'publish'>();
    expectTypeOf<AccessOf<ResourceDefinition>>().toEqualTypeOf<'read' | 'write' | 'send' | 'publish'>();
    // @ts-expect-error: a table cannot be sent to
    type Wrong = ClientFor<typeof single, 'send'>;
    expectTypeOf<Wrong>().not.toBeAny();
  });

  it('give exactly the methods of their ports', () => {
    expectTypeOf<ClientFor<typeof single, 'read'>>().toEqualTypeOf<TableReader<Row, string>>();
    expectTypeOf<ClientFor<typeof single, 'write'>>().toEqualTypeOf<TableWriter<Row, string>>();
    expectTypeOf<ClientFor<typeof single, 'read' | 'write'>>().toExtend<
      TableReader<Row, string> & TableWriter<Row, string>
    >();
    expectTypeOf<ClientFor<typeof sessions, 'read'>>().toEqualTypeOf<SessionReader<{ userId: string }>>();
    expectTypeOf<ClientFor<typeof sessions, 'write'>>().toEqualTypeOf<SessionWriter<{ userId: string }>>();
    expectTypeOf<ClientFor<typeof effects, 'write'>>().toEqualTypeOf<IdempotencyWriter>();
  });

  it("read has no put, a session's write has no load, and a write's touch returns the session", () => {
    expectTypeOf<keyof ClientFor<typeof single, 'read'>>().toEqualTypeOf<'get' | 'query' | 'scan'>();
    expectTypeOf<ClientFor<typeof single, 'write'>>().not.toHaveProperty('get');
    expectTypeOf<ClientFor<typeof sessions, 'write'>>().not.toHaveProperty('load');
    expectTypeOf<ClientFor<typeof sessions, 'read'>>().not.toHaveProperty('touch');
    type Touched = Awaited<ReturnType<ClientFor<typeof sessions, 'write'>['touch']>>;
    expectTypeOf<Touched>().toEqualTypeOf<Session<{ userId: string }> | undefined>();
  });

  it('send and publish what goes into the schema', () => {
    expectTypeOf<ClientFor<typeof jobs, 'send'>>().toEqualTypeOf<QueueSender<{ at: string }>>();
    expectTypeOf<ClientFor<typeof events, 'publish'>>().toEqualTypeOf<TopicPublisher<{ at: string }>>();
  });
});

describe('writes', () => {
  type Writer = ClientFor<typeof single, 'write'>;
  type Changes = Parameters<Writer['update']>[1];

  it('add to numbers and remove optional fields only', () => {
    expectTypeOf<keyof NonNullable<Changes['add']>>().toEqualTypeOf<'count'>();
    expectTypeOf<NonNullable<Changes['remove']>[number]>().toEqualTypeOf<'note'>();
    // @ts-expect-error: a text is no count
    expectTypeOf<{ set: { count: 'x' } }>().toExtend<Changes>();
    expectTypeOf<{ set: { note: undefined } }>().toExtend<Changes>();
  });
});

it('takes every definition as a resource', () => {
  const all: ResourceDefinition[] = [single, sorted, jobs, events, sessions, effects];
  expect(all.map(({ kind }) => kind)).toEqual(['table', 'table', 'queue', 'topic', 'sessions', 'idempotency']);
  expectTypeOf<FacetsOf<IdempotencyStoreDefinition>>().toEqualTypeOf<{ write: IdempotencyWriter }>();
});
