import type { Aws, TransactWriteEntry } from '@twelvefold/aws';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { IDEMPOTENCY_ACCESS } from '../idempotency/access.ts';
import { idempotencyStore } from '../idempotency/definition.ts';
import { createDynamoDbIdempotency } from '../idempotency/dynamodb.ts';
import type { IdempotencyWriter } from '../idempotency/port.ts';
import { SESSIONS_ACCESS } from '../sessions/access.ts';
import { sessionStore } from '../sessions/definition.ts';
import { createDynamoDbSessions } from '../sessions/dynamodb.ts';
import type { SessionReader, SessionWriter } from '../sessions/port.ts';
import { TABLE_ACCESS } from '../table/access.ts';
import { table } from '../table/definition.ts';
import { createDynamoDbTable } from '../table/dynamodb.ts';
import type { TableReader, TableWriter } from '../table/port.ts';

/** A port that keeps the IAM actions of every call: a transaction is authorized by those of its entries. */
function recorder() {
  const actions = new Set<string>();
  const row = { id: '1', data: '{}', createdAtMs: Date.now(), seenAtMs: Date.now() };
  const aws = {
    call: async (service: string, operation: string, input: { TransactItems?: TransactWriteEntry[] }) => {
      const entries = (input.TransactItems ?? []).flatMap((entry) => Object.keys(entry));
      const names = operation === 'TransactWriteItems' ? entries.map((kind) => `${kind}Item`) : [operation];
      for (const name of names) actions.add(`${service}:${name}`);
      return { Item: row, Attributes: row, Items: [row] };
    },
    as: () => aws,
  } as unknown as Aws; // one answer that serves every operation
  return { aws, actions };
}

/** Calls of every method of one access; typed by the port, so that a new method without a call does not compile. */
type Calls<Facet> = Record<keyof Facet, () => unknown>;

const read = async (rows: AsyncIterable<unknown>) => {
  for await (const _ of rows) break;
};
const { aws, actions } = recorder();
const rows = createDynamoDbTable({
  definition: table('rows', { schema: z.object({ id: z.string(), n: z.number().optional() }), key: 'id' }),
  name: 'rows',
  aws,
});
const sessions = createDynamoDbSessions({
  definition: sessionStore('sessions', { schema: z.object({}) }),
  name: 'sessions',
  aws,
});
const effects = createDynamoDbIdempotency({ definition: idempotencyStore('effects'), name: 'effects', aws });
const id = 'A'.repeat(43);

const tableRead: Calls<TableReader<unknown, unknown>> = {
  get: () => rows.get('1'),
  query: () => read(rows.query('1')),
  scan: () => read(rows.scan()),
};
const tableWrite: Calls<TableWriter<unknown, unknown>> = {
  put: () => rows.put({ id: '1' }),
  update: () => rows.update('1', { set: { n: 1 } }),
  delete: () => rows.delete('1'),
  putOperation: () => rows.transact([rows.putOperation({ id: '1' })]),
  updateOperation: () => rows.transact([rows.updateOperation('1', { set: { n: 1 } })]),
  deleteOperation: () => rows.transact([rows.deleteOperation('1')]),
  checkOperation: () => rows.transact([rows.checkOperation('1', { exists: true })]),
  transact: () => rows.transact([rows.putOperation({ id: '1' })]),
};
const sessionsRead: Calls<SessionReader<unknown>> = { load: () => sessions.load(id) };
const sessionsWrite: Calls<SessionWriter<unknown>> = {
  create: () => sessions.create({}),
  save: () => sessions.save(id, {}),
  touch: () => sessions.touch(id),
  destroy: () => sessions.destroy(id),
  regenerate: () => sessions.regenerate(id),
};
const idempotencyWrite: Calls<IdempotencyWriter> = {
  once: () => effects.once('k', []),
  begin: () => effects.begin('k', { leaseMs: 1_000 }),
  claim: () => effects.claim('k', 'f'),
};

describe('declared actions are exactly those that the methods of an access call', () => {
  it.each<[string, readonly string[], Record<string, () => unknown>]>([
    ['table read', TABLE_ACCESS.read, tableRead],
    ['table write', TABLE_ACCESS.write, tableWrite],
    ['sessions read', SESSIONS_ACCESS.read, sessionsRead],
    ['sessions write', SESSIONS_ACCESS.write, sessionsWrite],
    ['idempotency write', IDEMPOTENCY_ACCESS.write, idempotencyWrite],
  ])('%s', async (_, declared, calls) => {
    actions.clear();
    for (const call of Object.values(calls)) await call();
    expect([...actions].sort()).toEqual([...declared].sort());
  });

  it('covers every method that a client has', () => {
    expect(Object.keys(rows).sort()).toEqual([...Object.keys(tableRead), ...Object.keys(tableWrite)].sort());
    expect(Object.keys(sessions).sort()).toEqual([...Object.keys(sessionsRead), ...Object.keys(sessionsWrite)].sort());
    expect(Object.keys(effects).sort()).toEqual(Object.keys(idempotencyWrite).sort());
  });
});
