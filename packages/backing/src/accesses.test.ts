import type { Aws } from '@twelvefold/aws';
import type { AwsService, TransactWriteEntry } from '@twelvefold/aws/internal';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { AccessOf, Definition } from './definition.ts';
import type { IdempotencyStoreDefinition } from './idempotency/idempotency-store.ts';
import { idempotencyStore } from './idempotency/idempotency-store.ts';
import { actionsOf, driverOf, kindOf } from './kind.ts';
import type { QueueDefinition } from './queue/queue.ts';
import { queue } from './queue/queue.ts';
import { hashUser } from './sessions/session-id.ts';
import type { SessionStoreDefinition } from './sessions/session-store.ts';
import { sessionStore } from './sessions/session-store.ts';
import type { TableDefinition } from './table/table.ts';
import { table } from './table/table.ts';
import type { TopicDefinition } from './topic/topic.ts';
import { topic } from './topic/topic.ts';

/**
 * A port that keeps the IAM actions of every call: a transaction is authorized by those of its
 * entries.
 */
function recorder() {
  const actions = new Set<string>();
  const RedrivePolicy = '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:dead"}';
  const row = { id: '1', data: '{}', createdAtMs: Date.now(), seenAtMs: Date.now(), RedrivePolicy };
  const letters = ['1', '2'];
  const aws = {
    call: async ({ name: service }: AwsService, operation: string, input: Input) => {
      const entries = (input.TransactItems ?? []).flatMap((entry) => Object.keys(entry));
      const names = operation === 'TransactWriteItems' ? entries.map((kind) => `${kind}Item`) : [operation];
      for (const name of names)
        actions.add(`${service}:${name.replace(/Batch$/, '').replace('SendMessageBatch', 'SendMessage')}`);
      if (operation === 'BatchGetItem') return { Responses: { sessions: sessionRecords(input.RequestItems) } };
      if (operation === 'ReceiveMessage')
        return {
          Messages: letters.splice(0).map((MessageId) => ({ MessageId, ReceiptHandle: MessageId, Body: '{}' })),
        };
      if (operation === 'GetQueueUrl') return { QueueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/dead' };
      return { Item: row, Attributes: row, Items: [row], MessageId: 'm', Successful: [{ Id: '0', MessageId: 'm' }] };
    },
    as: () => aws,
  } as unknown as Aws; // one answer that serves every operation
  return { aws, actions };
}

interface Input {
  TransactItems?: TransactWriteEntry[];
  RequestItems?: Record<string, { Keys: Array<{ id?: unknown }> }>;
}

/** A live session of a user under every key that may be one, last seen before a `touch` writes. */
function sessionRecords(requests: Input['RequestItems']) {
  const createdAtMs = Date.now() - 20 * 60_000;
  const times = { createdAtMs, movedAtMs: createdAtMs, seenAtMs: createdAtMs };
  const session = { type: 'session', data: {}, userId: 'ada', ...times, userEpoch: 0, epoch: 0 };
  const keys = Object.values(requests ?? {}).flatMap(({ Keys }) => Keys.map((key) => String(key.id)));
  return keys.flatMap((key) => {
    if (key === 'key:') return [{ id: key, version: 'v', value: JSON.stringify({ type: 'key', key: 'AAAA' }) }];
    const user = userOf(key);
    return key.includes(':') ? [] : [{ id: key, version: 'v', value: JSON.stringify({ ...session, user }) }];
  });
}

/** The hash of the user that the fixtures' sessions belong to. */
const userOf = (key: string) => (key === 'handle' ? hashUser('AAAA', 'ada') : 'B'.repeat(22));

type ClientOf<D> = D extends Definition<infer Client> ? Client : never;
/**
 * A call of every method; typed by the client, so that a new method without a call does not
 * compile.
 */
type Calls<D> = Record<keyof ClientOf<D>, (client: ClientOf<D>) => unknown>;

const read = async (rows: AsyncIterable<unknown>) => {
  for await (const _ of rows) break;
};
const schema = z.object({ id: z.string(), n: z.number().optional(), note: z.string().optional() });
const id = 'A'.repeat(43);
const userSession = 'A'.repeat(43) + 'B'.repeat(22);
const rows = table('rows', { schema, key: 'id' });
const indexed = table('indexed', { schema, key: 'id', indexes: { byNote: { partition: 'note' } } });
const sessions = sessionStore('sessions', { schema: z.object({}) });
const effects = idempotencyStore('effects');
const jobs = queue('jobs', { schema });
const events = topic('events', { schema });

const tableCalls: Calls<TableDefinition<typeof schema, 'id', never>> = {
  get: (client) => client.get('1'),
  getMany: (client) => client.getMany(['1']),
  query: (client) => read(client.query('1')),
  scan: (client) => read(client.scan()),
  put: (client) => client.put({ id: '1' }),
  update: (client) => client.update('1', { set: { n: 1 } }),
  delete: (client) => client.delete('1'),
  writeMany: (client) => client.writeMany({ put: [{ id: '1' }] }),
  putOperation: (client) => client.transact([client.putOperation({ id: '1' })]),
  updateOperation: (client) => client.transact([client.updateOperation('1', { set: { n: 1 } })]),
  deleteOperation: (client) => client.transact([client.deleteOperation('1')]),
  checkOperation: (client) => client.transact([client.checkOperation('1', { exists: true })]),
  // It has no separate action: those of its operations count.
  transact: () => undefined,
};
const indexedCalls: Calls<typeof indexed> = { ...tableCalls, byNote: (client) => read(client.byNote.query('x')) };
const sessionCalls: Calls<SessionStoreDefinition> = {
  load: (client) => client.load(id),
  touch: (client) => client.touch(id),
  create: (client) => client.create({}, { userId: 'ada' }),
  save: async (client) => client.save(await client.create({}, { userId: 'ada' }), { n: 1 }),
  update: (client) => client.update(id, (draft) => draft),
  regenerate: (client) => client.regenerate(id),
  rotate: (client) => client.rotate(id),
  end: (client) => client.end(id),
  endOthers: (client) => client.endOthers(userSession),
  endUser: (client) => client.endUser('ada'),
  endEveryone: (client) => client.endEveryone(),
  list: (client) => client.list('ada'),
  inspect: (client) => client.inspect('handle'),
  endListed: (client) => client.endListed('ada', 'handle'),
};
const idempotencyCalls: Calls<IdempotencyStoreDefinition> = {
  once: (client) => client.once('k', []),
  begin: (client) => client.begin('k', { leaseMs: 1_000 }),
  claim: (client) => client.claim('k', 'f'),
};
const queueCalls: Calls<QueueDefinition<typeof schema>> = {
  send: (client) => client.send({ id: '1' }),
  sendAll: (client) => client.sendAll([{ id: '1' }]),
  // One goes back, the other is visible again.
  deadLetters: async (client) => {
    for await (const letter of client.deadLetters()) if (letter.messageId === '1') await client.redrive(letter);
  },
  countDeadLetters: (client) => client.countDeadLetters(),
  redrive: () => undefined, // as above
};
const topicCalls: Calls<TopicDefinition<typeof schema>> = {
  publish: (client) => client.publish({ id: '1' }),
  publishAll: (client) => client.publishAll([{ id: '1' }]),
};

const KINDS: ReadonlyArray<[Definition, Record<string, (client: never) => unknown>, string]> = [
  [rows, tableCalls, 'rows'],
  [indexed, indexedCalls, 'indexed'],
  [sessions, sessionCalls, 'sessions'],
  [effects, idempotencyCalls, 'effects'],
  [jobs, queueCalls, 'https://sqs.eu-west-1.amazonaws.com/123456789012/jobs'],
  [events, topicCalls, 'arn:aws:sns:eu-west-1:123456789012:events'],
];
const cases = KINDS.flatMap(([definition, calls, target]) =>
  Object.keys(kindOf(definition).accesses).map((access) => ({
    kind: definition.kind,
    access,
    definition,
    calls,
    target,
  })),
);

async function open(definition: Definition, target: string, aws: Aws) {
  const clock = { now: () => Date.now(), monotonic: () => performance.now(), sleep: () => new Promise<void>(() => {}) };
  const opened = await driverOf(definition).open(definition as never, {
    key: 'key',
    target,
    accesses: [],
    aws,
    component: 'test',
    clock,
    random: () => 0.5,
    warn: () => undefined,
    metrics: { count: () => undefined, time: () => undefined },
    concurrency: 1,
    isDevelopment: false,
    credentialsRefused: async () => false,
    previousSecret: async () => undefined,
    config: () => {
      throw new TypeError('no kind here reads config');
    },
  });
  return opened.client as object;
}

describe('the actions of an access are exactly those that its methods call', () => {
  it.each(cases)('$kind: $access', async ({ access, definition, calls, target }) => {
    const { aws, actions } = recorder();
    const client = await open(definition, target, aws);
    const declared = kindOf(definition).accesses[access];
    for (const method of declared?.methods ?? []) await calls[method]?.(client as never);
    const onParts = Object.values(declared?.parts ?? {}).flat();
    expect([...actions].sort()).toEqual([...new Set([...actionsOf(definition, access), ...onParts])].sort());
  });
});

describe('the accesses of a kind', () => {
  it.each(KINDS)('%o: give every method that its client has', async (definition, calls, target) => {
    const client = await open(definition, target, recorder().aws);
    const methods = Object.values(kindOf(definition).accesses).flatMap((access) => access.methods);
    expect([...new Set(methods)].sort()).toEqual(Object.keys(client).sort());
    expect(Object.keys(calls).sort()).toEqual(Object.keys(client).sort());
  });

  it('are sums in read and write', () => {
    const { accesses } = kindOf(rows);
    const names: Array<AccessOf<typeof rows>> = [
      'get',
      'getMany',
      'query',
      'scan',
      'put',
      'update',
      'delete',
      'writeMany',
      'check',
    ];
    const together = names.flatMap((name) => accesses[name]?.actions ?? []);
    expect([...(accesses.read?.actions ?? []), ...(accesses.write?.actions ?? [])]).toEqual(together);
  });
});
