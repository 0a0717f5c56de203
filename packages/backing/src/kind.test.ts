import type { Aws } from '@twelvefold/aws';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import type { AccessOf, ClientFor, Definition } from './definition.ts';
import { sumOf } from './definition.ts';
import { idempotencyStore } from './idempotency/idempotency-store.ts';
import type { IdempotencyClient } from './idempotency/port.ts';
import type { Driver, DriverName, Kind } from './kind.ts';
import { actionsOf, defineKind, driverOf, findKind, kindOf, makeDefinition } from './kind.ts';
import type { QueueSender } from './queue/port.ts';
import { queue } from './queue/queue.ts';
import type { SessionResult } from './sessions/port.ts';
import { sessionStore } from './sessions/session-store.ts';
import { createDynamoDbTable } from './table/drivers/dynamodb.ts';
import type { TableClient } from './table/port.ts';
import { table } from './table/table.ts';
import type { TopicPublisher } from './topic/port.ts';
import { topic } from './topic/topic.ts';

const schema = z.object({ orderId: z.string(), line: z.string(), count: z.number(), note: z.string().optional() });
type Row = z.output<typeof schema>;

const single = table('single', { schema, key: 'orderId' });
const sorted = table('sorted', { schema, key: { partition: 'orderId', sort: 'line' } });
const message = z.object({ at: z.string().transform((text) => new Date(text)) });
const jobs = queue('jobs', { schema: message });
const events = topic('events', { schema: message });
const sessions = sessionStore('sessions', { schema: z.object({ userId: z.string() }) });
const effects = idempotencyStore('effects');

// Most of these expectations are about types: the type check decides them.
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
  type TableAccess =
    | 'get'
    | 'getMany'
    | 'writeMany'
    | 'query'
    | 'scan'
    | 'put'
    | 'update'
    | 'delete'
    | 'check'
    | 'read'
    | 'write';

  it('are those of the kind', () => {
    expectTypeOf<AccessOf<typeof single>>().toEqualTypeOf<TableAccess>();
    expectTypeOf<AccessOf<typeof sessions>>().toEqualTypeOf<
      | ('load' | 'touch' | 'create' | 'save' | 'update' | 'regenerate' | 'rotate' | 'end')
      | ('list' | 'endListed' | 'endUser' | 'endEveryone')
      | ('read' | 'write' | 'admin')
    >();
    expectTypeOf<AccessOf<typeof effects>>().toEqualTypeOf<'once' | 'claim' | 'begin' | 'write'>();
    expectTypeOf<AccessOf<typeof jobs>>().toEqualTypeOf<'send' | 'redrive'>();
    expectTypeOf<AccessOf<typeof events>>().toEqualTypeOf<'publish'>();
  });

  it('give exactly the methods that they name', () => {
    expectTypeOf<ClientFor<typeof single, 'get'>>().toEqualTypeOf<Pick<TableClient<Row, string>, 'get'>>();
    expectTypeOf<ClientFor<typeof single, 'get' | 'put'>>().toEqualTypeOf<
      Pick<TableClient<Row, string>, 'get' | 'put' | 'putOperation' | 'transact'>
    >();
    expectTypeOf<ClientFor<typeof single>>().toEqualTypeOf<
      Pick<TableClient<Row, string>, keyof TableClient<Row, string>>
    >();
    expectTypeOf<keyof ClientFor<typeof sessions, 'load' | 'end'>>().toEqualTypeOf<'load' | 'end' | 'endOthers'>();
    expectTypeOf<ClientFor<typeof effects, 'write'>>().toExtend<IdempotencyClient>();
  });

  it("read has no put, a session's write has no load, and a write's touch returns the session", () => {
    expectTypeOf<keyof ClientFor<typeof single, 'read'>>().toEqualTypeOf<'get' | 'getMany' | 'query' | 'scan'>();
    expectTypeOf<ClientFor<typeof single, 'write'>>().not.toHaveProperty('get');
    expectTypeOf<ClientFor<typeof sessions, 'write'>>().not.toHaveProperty('load');
    expectTypeOf<ClientFor<typeof sessions, 'read'>>().not.toHaveProperty('touch');
    type Touched = Awaited<ReturnType<ClientFor<typeof sessions, 'write'>['touch']>>;
    expectTypeOf<Touched>().toEqualTypeOf<SessionResult<{ userId: string }>>();
  });

  it('send and publish what goes into the schema', () => {
    expectTypeOf<ClientFor<typeof jobs, 'send'>>().toExtend<QueueSender<{ at: string }>>();
    expectTypeOf<ClientFor<typeof events, 'publish'>>().toExtend<TopicPublisher<{ at: string }>>();
  });
});

describe('writes', () => {
  type Writer = ClientFor<typeof single, 'write'>;
  type Changes = Parameters<Writer['update']>[1];

  it('add to numbers and remove optional fields only', () => {
    expectTypeOf<keyof NonNullable<Changes['add']>>().toEqualTypeOf<'count'>();
    expectTypeOf<NonNullable<Changes['remove']>[number]>().toEqualTypeOf<'note'>();
    // @ts-expect-error: a text is not a count
    expectTypeOf<{ set: { count: 'x' } }>().toExtend<Changes>();
    expectTypeOf<{ set: { note: undefined } }>().toExtend<Changes>();
  });
});

describe('definitions', () => {
  it('are plain data with their kind under a symbol', () => {
    const all: Definition[] = [single, sorted, jobs, events, sessions, effects];
    expect(all.map((definition) => kindOf(definition).name)).toEqual(all.map(({ kind }) => kind));
    expect(JSON.parse(JSON.stringify(effects))).toEqual({
      kind: 'idempotency',
      driver: 'dynamodb',
      name: 'effects',
      windowMs: 1_296_000_000,
    });
    expect(structuredClone(effects)).toEqual({ ...effects });
    expect(Object.getOwnPropertyDescriptor(effects, Symbol.for('twelvefold.kind'))?.enumerable).toBe(false);
  });

  it('are refused when they were made by hand, or copied', () => {
    expect(findKind({ kind: 'queue', driver: 'sqs', name: 'x' })).toBeUndefined();
    expect(findKind(undefined)).toBeUndefined();
    expect(() => kindOf({ ...effects })).toThrow(/Cannot use \{"kind":"idempotency".* as a resource: make it with/);
  });
});

describe("a user's kind", () => {
  interface Counter {
    increment(by?: number): Promise<number>;
    read(): Promise<number>;
  }
  type Fields = { readonly name: string; readonly step: number };
  const singles = {
    increment: { methods: ['increment'], actions: ['dynamodb:UpdateItem'] },
    read: { methods: ['read'], actions: ['dynamodb:GetItem'] },
  } as const;
  const remote: Driver<Fields, Counter> = {
    namespace: 'table',
    open: async ({ step }, { target }) => ({
      client: { increment: async (by = step) => by + target.length, read: async () => target.length },
    }),
  };
  const memory: Driver<Fields, Counter> = {
    actions: [],
    open: async ({ step }) => {
      let count = 0;
      const increment = async (by = step) => {
        count += by;
        return count;
      };
      return { client: { increment, read: async () => count } };
    },
  };
  const options = { name: 'counter', drivers: { dynamodb: remote, memory } };
  const counterKind = defineKind(options).accesses({ ...singles, all: sumOf(singles, 'increment', 'read') });
  interface CounterDefinition extends Definition<Counter, typeof counterKind.accesses> {
    readonly step: number;
  }
  const counter = (name: string, step: number, driver?: DriverName<typeof counterKind>): CounterDefinition =>
    makeDefinition(counterKind, { name, step, driver });

  it('gives a client by its accesses', () => {
    const hits = counter('hits', 2);
    expect(kindOf(hits)).toBe(counterKind);
    expectTypeOf<AccessOf<typeof hits>>().toEqualTypeOf<'increment' | 'read' | 'all'>();
    expectTypeOf<ClientFor<typeof hits, 'read'>>().toEqualTypeOf<Pick<Counter, 'read'>>();
    expect(() => counter('Hits', 1)).toThrow(/Cannot define counter "Hits": a name is/);
  });

  it('opens with the driver that its definition names in one word, and with the first one otherwise', () => {
    expectTypeOf<DriverName<typeof counterKind>>().toEqualTypeOf<'dynamodb' | 'memory'>();
    expect([counter('hits', 2).driver, counter('hits', 2, 'memory').driver]).toEqual(['dynamodb', 'memory']);
    expect(driverOf(counter('hits', 2))).toBe(remote);
    expect(driverOf(counter('hits', 2, 'memory'))).toBe(memory);
    // @ts-expect-error: the kind has no such driver
    expect(() => counter('hits', 2, 'redis')).toThrow(
      'Cannot define counter \'hits\': driver is "redis"; choose dynamodb or memory',
    );
    const local = defineKind({ ...options, defaultDriver: 'memory' }).accesses(singles);
    expect(makeDefinition(local, { name: 'hits' }).driver).toBe('memory');
    // @ts-expect-error: the kind has no such driver
    expect(() => defineKind({ ...options, defaultDriver: 'redis' }).accesses(singles)).toThrow(
      "Cannot define the kind 'counter': the default driver is 'redis', not one of dynamodb, memory",
    );
  });

  it.each<[string, Driver<Fields, Counter>['actions'], string[][]]>([
    [
      'those of the accesses',
      undefined,
      [['dynamodb:UpdateItem'], ['dynamodb:GetItem'], ['dynamodb:UpdateItem', 'dynamodb:GetItem']],
    ],
    ['none', [], [[], [], []]],
    [
      'one list for each access',
      ['elasticache:Connect'],
      [['elasticache:Connect'], ['elasticache:Connect'], ['elasticache:Connect']],
    ],
    [
      'a separate list for an access',
      { read: ['rds-data:ExecuteStatement'] },
      [[], ['rds-data:ExecuteStatement'], ['rds-data:ExecuteStatement']],
    ],
  ])('needs the IAM actions of its driver: %s', (_case, actions, wanted) => {
    const driver = { open: memory.open, ...(actions ? { actions } : {}) };
    const accesses = { ...singles, all: sumOf(singles, 'increment', 'read') };
    const hits = makeDefinition(defineKind({ name: 'counter', drivers: { driver } }).accesses(accesses), {
      name: 'hits',
    });
    expect(['increment', 'read', 'all'].map((access) => actionsOf(hits, access))).toEqual(wanted);
  });

  it('refuses methods that the client does not have', () => {
    defineKind(options).accesses({
      // @ts-expect-error: the client has no such method
      increment: { methods: ['increments'], actions: ['dynamodb:UpdateItem'] },
    });
  });

  it('has drivers that open clients of one type', () => {
    const odd: Driver<Fields, { add(): void }> = { open: async () => ({ client: { add: () => undefined } }) };
    // @ts-expect-error: the second driver lacks the methods of the first
    const kind: Kind<Fields, Counter> = { name: 'counter', accesses: singles, drivers: { dynamodb: remote, odd } };
    expect(Object.keys(kind.drivers)).toEqual(['dynamodb', 'odd']);
  });

  it('lists everything that is wrong with it at once', () => {
    const actions = { reads: ['dynamodb:GetItem'], read: ['GetItem'] };
    const faulty = () =>
      defineKind({ name: 'counter', drivers: { dynamodb: remote, odd: { ...memory, actions } } }).accesses({
        read: { methods: [], actions: ['dynamodb:*'] },
      });
    expect(faulty).toThrow(
      "Cannot define the kind 'counter': the access 'read' has no methods; the access 'read' has the action 'dynamodb:*'",
    );
    expect(faulty).toThrow(
      "the driver 'odd' has actions for 'reads', which is not an access; the driver 'odd' has the action 'GetItem'",
    );
    expect(() => defineKind({ name: 'counter', drivers: {} }).accesses({})).toThrow('it has no drivers');
  });
});
