import { createAws } from '@twelvefold/aws';
import { idempotencyStore, sessionStore, table } from '@twelvefold/backing';
import { createDynamoDbIdempotency } from '@twelvefold/backing/dynamodb-idempotency';
import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import { createSessions } from '@twelvefold/backing/sessions';
import type { LocalAws } from '@twelvefold/local';
import { provision, startLocalAws } from '@twelvefold/local';
import type { Fault } from '@twelvefold/local/internal';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import * as z from 'zod';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const counter = table('counters', { schema: z.object({ id: z.string(), count: z.number() }), key: 'id' });

/** Numbers in [0, 1) from a seed, so that a failing run can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

let local: LocalAws;
beforeAll(async () => {
  local = await startLocalAws({ random: seeded(12) });
});
afterAll(() => local.close());
beforeEach(() => local.faults.clear());

const port = () => createAws({ env: {}, endpoint: local.url, region, credentials });

async function createTable(partitionKey: string): Promise<string> {
  const name = `chaos-${crypto.randomUUID()}`;
  const Properties = {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: partitionKey, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
  };
  const template = { Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties } } };
  await provision(template, { endpoint: local.url, region, credentials });
  return name;
}

const KINDS: ReadonlyArray<Fault['kind']> = ['dropResponse', 'reset', 'error500', 'throttle'];

it('every effect happens once, however answers and calls are lost and deliveries repeat and overlap', async () => {
  const aws = port();
  const counters = createDynamoDbTable({ definition: counter, name: await createTable('id'), aws });
  const store = createDynamoDbIdempotency({
    definition: idempotencyStore('effects'),
    name: await createTable('id'),
    aws,
  });
  for (const kind of KINDS)
    local.faults.add({ service: 'dynamodb', operation: 'TransactWriteItems', kind, probability: 0.15 });

  const keys = Array.from({ length: 40 }, (_, index) => `message-${index}`);
  const deliver = async (key: string) => {
    const outcomes: string[] = [];
    // A delivery comes again until its handler has succeeded, as from a queue.
    while (!outcomes.some((outcome) => outcome === 'done' || outcome === 'already')) {
      const effect = counters.updateOperation(key, { add: { count: 1 } });
      outcomes.push(await store.once(key, [effect]).catch(({ code }: { code: string }) => code));
    }
    return outcomes;
  };
  const outcomes = (await Promise.all([...keys, ...keys, ...keys].map(deliver))).flat();
  local.faults.clear();

  const failures = local
    .calls()
    .filter(({ operation, status }) => operation === 'TransactWriteItems' && status !== 200);
  expect(failures.length).toBeGreaterThan(20);
  for (const key of keys) expect(await counters.get(key, { consistent: true })).toEqual({ id: key, count: 1 });
  expect(outcomes.filter((outcome) => outcome === 'done').length).toBeLessThanOrEqual(keys.length);
});

it('a session that is regenerated lives under one id, whatever was lost on the way', async () => {
  const aws = port();
  const schema = z.object({ userId: z.string() });
  const definition = sessionStore('sessions', { schema });
  const driver = dynamoDbSessionDriver({ name: await createTable('id'), aws });
  const sessions = createSessions({ definition, driver });
  for (let round = 0; round < 8; round += 1) {
    const old = await sessions.create({ userId: `u${round}` }, { userId: `u${round}` });
    local.faults.add({
      operation: 'TransactWriteItems',
      kind: KINDS[round % KINDS.length] ?? 'reset',
      times: 1 + (round % 3),
    });
    const { session } = await sessions.regenerate(old.id);
    local.faults.clear();
    expect((await sessions.load(old.id)).ended?.reason).toBe('regenerated');
    expect(await sessions.load(session?.id ?? '')).toEqual({ session });
    expect(session?.data).toEqual(old.data);
  }
});

it('a claim whose answer was lost is still a claim', async () => {
  const store = createDynamoDbIdempotency({
    definition: idempotencyStore('keys'),
    name: await createTable('id'),
    aws: port(),
  });
  for (let round = 0; round < 10; round += 1) {
    local.faults.add({ operation: 'PutItem', kind: 'dropResponse', times: 1 + (round % 4) });
    expect(await store.claim(`k${round}`, 'a')).toBe('claimed');
    local.faults.clear();
    expect(await store.claim(`k${round}`, 'a')).toBe('same');
    expect(await store.claim(`k${round}`, 'b')).toBe('different');
  }
});

it('a counter never counts twice for one call, and a conditional write is never refused for its own work', async () => {
  const counters = createDynamoDbTable({ definition: counter, name: await createTable('id'), aws: port() });
  for (const kind of KINDS) {
    await counters.put({ id: kind, count: 0 });
    local.faults.add({ operation: 'UpdateItem', kind, times: 1 });
    const answer = await counters.update(kind, { add: { count: 1 } }).catch((error: { code: string }) => error.code);
    const row = await counters.get(kind, { consistent: true });
    // A caller with an answer has counted as it says; one without an answer has counted once at
    // most.
    if (typeof answer === 'string') expect(row?.count).toBeLessThanOrEqual(1);
    else expect([answer.count, row?.count]).toEqual([1, 1]);
    expect(answer).not.toBe('CONDITION_FAILED');
    local.faults.clear();

    local.faults.add({ operation: 'PutItem', kind, times: 1 });
    const put = counters.put({ id: `new-${kind}`, count: 0 }, { condition: { exists: false } });
    expect(await put.catch((error: { code: string }) => error.code)).not.toBe('CONDITION_FAILED');
    local.faults.clear();

    local.faults.add({ operation: 'UpdateItem', kind, times: 1 });
    expect(await counters.update(kind, { set: { count: 5 } })).toEqual({ id: kind, count: 5 });
    local.faults.clear();
  }
});
