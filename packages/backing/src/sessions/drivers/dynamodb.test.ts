import type { Aws, CallOptions } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Clock, TwelvefoldError } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { digest } from '../../dynamodb/digest.ts';
import { sessionStore } from '../session-store.ts';
import { createDynamoDbSessions } from './dynamodb.ts';

const schema = z.object({ userId: z.string(), visits: z.number().optional() });
const definition = sessionStore('sessions', { schema, idle: '30m', absolute: '12h' });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = 1_800_000_000_123;

interface Call extends CallOptions {
  operation: string;
  input: Record<string, unknown>;
}

/** A client over a port that gives the next answer (an error is thrown), with a clock that only the test moves. */
function setup(...answers: unknown[]) {
  const calls: Call[] = [];
  const unreadable: TwelvefoldError[] = [];
  const time = { now: START };
  const clock: Clock = { now: () => time.now, monotonic: () => time.now, sleep: async () => {} };
  const aws = {
    call: async (_service: string, operation: string, input: Record<string, unknown>, options: CallOptions) => {
      calls.push({ operation, input, ...options });
      const answer = answers.shift() ?? {};
      if (answer instanceof Error) throw answer;
      return answer;
    },
    as: () => aws,
  } as unknown as Aws; // the operations' own types cannot hold for scripted answers
  let ids = 0;
  const sessions = createDynamoDbSessions({
    definition,
    name: 'sessions-test',
    aws,
    clock,
    randomBytes: (size) => {
      ids += 1;
      return new Uint8Array(size).fill(ids);
    },
    onUnreadable: (error) => unreadable.push(error),
  });
  return { sessions, calls, time, unreadable };
}

const idOf = (fill: number) => Buffer.alloc(32, fill).toString('base64url');
const ID = idOf(1);
const stored = (overrides: object = {}) => ({
  id: digest(ID),
  data: '{"userId":"u1"}',
  createdAtMs: START,
  seenAtMs: START,
  expiresAt: 0,
  ...overrides,
});
const failure = (code: string, reasons?: string[], retryable = false) =>
  new AwsError(code, {
    awsCode: code,
    service: 'dynamodb',
    operation: 'X',
    retryable,
    ...(reasons ? { cancellationReasons: reasons.map((Code) => ({ Code })) } : {}),
  });
const gone = failure('ConditionalCheckFailedException');

describe('create', () => {
  it('stores the digest of a random id, JSON, exact times and a TTL in whole seconds rounded up', async () => {
    const { sessions, calls } = setup();
    const created = await sessions.create({ userId: 'u1', visits: undefined });
    const session = { id: ID, data: { userId: 'u1' }, createdAtMs: START, expiresAtMs: START + 30 * MINUTE };
    expect(created).toEqual(session);
    expect(calls).toEqual([
      {
        operation: 'PutItem',
        access: 'write',
        repeatable: true,
        signal: undefined,
        input: {
          TableName: 'sessions-test',
          Item: stored({ expiresAt: 1_800_001_801 }),
        },
      },
    ]);
    expect(JSON.stringify(calls)).not.toContain(ID);
  });

  it('uses 256 random bits of its own when no source is given', async () => {
    const { aws } = { aws: { call: async () => ({}), as: () => aws } as unknown as Aws }; // answers nothing: only ids count
    const sessions = createDynamoDbSessions({ definition, name: 't', aws });
    const ids = await Promise.all(Array.from({ length: 50 }, async () => (await sessions.create({ userId: 'u' })).id));
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(32);
  });

  it('refuses data that does not fit, naming fields and no values, and data that JSON would change', async () => {
    const { sessions, calls } = setup();
    const error = await sessions.create({ userId: 4711 } as never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SESSION_INVALID' });
    expect(String(error)).toContain("'userId'");
    expect(String(error)).not.toContain('4711');
    expect(calls).toEqual([]);

    const aws = { call: async () => ({}), as: () => aws } as unknown as Aws; // never called
    const at = sessionStore('dates', { schema: z.object({ at: z.date() }) });
    const dates = createDynamoDbSessions({ definition: at, name: 't', aws });
    await expect(dates.create({ at: new Date(0) })).rejects.toThrow(
      "'at' does not fit the schema once it has been JSON",
    );
    const big = sessionStore('big', { schema: z.object({ n: z.bigint() }) });
    await expect(createDynamoDbSessions({ definition: big, name: 't', aws }).create({ n: 1n })).rejects.toMatchObject({
      code: 'SESSION_INVALID',
    });
  });

  it('refuses an item above 400 KB before sending, counting bytes and not characters', async () => {
    const { sessions, calls } = setup();
    const fits = 'x'.repeat(400 * 1_024 - 150 - '{"userId":""}'.length);
    await sessions.create({ userId: fits });
    expect(calls).toHaveLength(1);
    const item = calls[0]?.input.Item as Record<string, string | number>;
    const bytes = Object.entries(item).reduce(
      (sum, [name, value]) => sum + name.length + (typeof value === 'string' ? Buffer.byteLength(value) : 21),
      0,
    );
    expect(bytes).toBeLessThanOrEqual(400 * 1_024);
    await expect(sessions.create({ userId: `${fits}x` })).rejects.toMatchObject({ code: 'SESSION_TOO_LARGE' });
    await expect(sessions.save(ID, { userId: 'ü'.repeat(205_000) })).rejects.toMatchObject({
      code: 'SESSION_TOO_LARGE',
    });
    expect(calls).toHaveLength(1);
  });

  it('may be repeated when the answer was lost: the id is new each time', async () => {
    const { sessions, calls } = setup(failure('NetworkError', undefined, true));
    await sessions.create({ userId: 'u1' });
    expect(calls).toHaveLength(2);
    expect(calls[1]?.input).toEqual(calls[0]?.input);
    expect(calls[0]?.input.ConditionExpression).toBeUndefined();
  });
});

describe('load', () => {
  it('is one consistent GetItem', async () => {
    const { sessions, calls } = setup({ Item: stored() });
    expect(await sessions.load(ID)).toMatchObject({ id: ID, data: { userId: 'u1' } });
    expect(calls).toEqual([
      {
        operation: 'GetItem',
        access: 'read',
        signal: undefined,
        input: { TableName: 'sessions-test', Key: { id: digest(ID) }, ConsistentRead: true },
      },
    ]);
  });

  it.each([
    ['just before the idle end', 30 * MINUTE - 1, {}, true],
    ['at the idle end', 30 * MINUTE, {}, false],
    ['just before the absolute end', 12 * HOUR - 1, { seenAtMs: START + 12 * HOUR - MINUTE }, true],
    ['at the absolute end, however lately it was seen', 12 * HOUR, { seenAtMs: START + 12 * HOUR - 1 }, false],
  ])('%s: checks expiry itself, as TTL deletes late', async (_, afterMs, overrides, alive) => {
    const { sessions, time } = setup({ Item: stored(overrides) });
    time.now += afterMs;
    expect((await sessions.load(ID)) !== undefined).toBe(alive);
  });

  it('knows without a call that a malformed id is unknown', async () => {
    const { sessions, calls } = setup();
    const malformed = ['', 'x', `${ID}A`, ID.slice(1), `${ID.slice(1)}=`, `${ID.slice(1)}é`, undefined as never];
    for (const id of malformed) {
      expect(await sessions.load(id)).toBeUndefined();
      expect(await sessions.touch(id)).toBeUndefined();
      expect(await sessions.save(id, { userId: 'u' })).toBeUndefined();
      expect(await sessions.regenerate(id)).toBeUndefined();
      expect(await sessions.destroy(id)).toBeUndefined();
    }
    expect(calls).toEqual([]);
  });

  it.each([
    ['a field of another type', '{"userId":"u1","visits":"secret"}', "'visits'"],
    ['a missing field', '{}', "'userId'"],
    ['no JSON', 'x', 'the value as a whole'],
  ])('%s counts as ended and is told, without values', async (_, data, named) => {
    const { sessions, calls, unreadable } = setup({ Item: stored({ data }) }, { Attributes: stored({ data }) });
    expect(await sessions.load(ID)).toBeUndefined();
    expect(await sessions.touch(ID)).toBeUndefined();
    expect(unreadable.map(({ code }) => code)).toEqual(['SESSION_INVALID', 'SESSION_INVALID']);
    expect(String(unreadable[0])).toContain(named);
    expect(String(unreadable[0])).not.toContain('secret');
    expect(calls.map(({ operation }) => operation)).toEqual(['GetItem', 'UpdateItem']); // nothing is deleted
  });
});

describe('touch and save', () => {
  it('touches in one UpdateItem that requires the session to be alive', async () => {
    const { sessions, calls, time } = setup({ Attributes: stored({ seenAtMs: START + MINUTE }) });
    time.now += MINUTE;
    expect(await sessions.touch(ID)).toMatchObject({ id: ID, expiresAtMs: START + 31 * MINUTE });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      operation: 'UpdateItem',
      input: {
        Key: { id: digest(ID) },
        UpdateExpression: 'SET #n0 = :v0, #n1 = :v1',
        ConditionExpression: '#n0 > :v2 AND #n2 > :v3',
        ExpressionAttributeNames: { '#n0': 'seenAtMs', '#n1': 'expiresAt', '#n2': 'createdAtMs' },
        ExpressionAttributeValues: {
          ':v0': time.now,
          ':v1': Math.ceil((time.now + 30 * MINUTE) / 1_000),
          ':v2': time.now - 30 * MINUTE,
          ':v3': time.now - 12 * HOUR,
        },
        ReturnValues: 'ALL_NEW',
      },
    });
  });

  it('ends at the absolute limit although it was just touched', async () => {
    const { sessions, time } = setup({ Attributes: stored({ seenAtMs: START + 12 * HOUR - MINUTE }) });
    time.now += 12 * HOUR - MINUTE;
    expect(await sessions.touch(ID)).toMatchObject({ expiresAtMs: START + 12 * HOUR });
  });

  it('saves new data under the same condition', async () => {
    const { sessions, calls } = setup({ Attributes: stored({ data: '{"userId":"u2"}' }) });
    expect(await sessions.save(ID, { userId: 'u2' })).toMatchObject({ data: { userId: 'u2' }, createdAtMs: START });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.input).toMatchObject({
      UpdateExpression: 'SET #n0 = :v0, #n1 = :v1, #n2 = :v2',
      ConditionExpression: '#n0 > :v3 AND #n3 > :v4',
      ExpressionAttributeValues: { ':v2': '{"userId":"u2"}' },
    });
  });

  it('answers undefined for a session that is gone, and passes other failures on', async () => {
    const other = failure('AccessDeniedException');
    const { sessions } = setup(gone, gone, other);
    expect(await sessions.touch(ID)).toBeUndefined();
    expect(await sessions.save(ID, { userId: 'u' })).toBeUndefined();
    await expect(sessions.touch(ID)).rejects.toBe(other);
  });

  it('waits out a regenerate that holds the item', async () => {
    const { sessions, calls } = setup(failure('TransactionConflictException'), gone);
    expect(await sessions.touch(ID)).toBeUndefined();
    expect(calls).toHaveLength(2);
  });
});

it('destroys in one DeleteItem', async () => {
  const { sessions, calls } = setup();
  await sessions.destroy(ID);
  expect(calls).toMatchObject([{ operation: 'DeleteItem', input: { Key: { id: digest(ID) } } }]);
});

describe('regenerate', () => {
  const NEXT = idOf(1); // the first id that this client draws
  const OLD = idOf(9);

  it('reads by a touch, then deletes the old and puts the new in one transaction, keeping data and beginning', async () => {
    const { sessions, calls, time } = setup({ Attributes: stored({ seenAtMs: START + HOUR / 4 }) });
    time.now += HOUR / 4;
    const moved = await sessions.regenerate(OLD);
    expect(moved).toEqual({
      id: NEXT,
      data: { userId: 'u1' },
      createdAtMs: START,
      expiresAtMs: time.now + 30 * MINUTE,
    });
    expect(calls.map(({ operation }) => operation)).toEqual(['UpdateItem', 'TransactWriteItems']);
    expect(calls[1]?.input).toMatchObject({
      ClientRequestToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
      TransactItems: [
        {
          Delete: {
            Key: { id: digest(OLD) },
            ConditionExpression: '#n0 > :v0 AND #n1 > :v1 AND #n2 = :v2',
            ExpressionAttributeNames: { '#n0': 'seenAtMs', '#n1': 'createdAtMs', '#n2': 'data' },
          },
        },
        {
          Put: {
            ConditionExpression: 'attribute_not_exists(#n0)',
            Item: { id: digest(NEXT), data: '{"userId":"u1"}', createdAtMs: START, seenAtMs: time.now },
          },
        },
      ],
    });
  });

  it('starts again when the data that it keeps was saved meanwhile, so that nothing saved is lost', async () => {
    const changed = failure('TransactionCanceledException', ['ConditionalCheckFailed', 'None']);
    const { sessions, calls } = setup(
      { Attributes: stored() },
      changed,
      { Attributes: stored({ data: '{"userId":"u1","visits":2}' }) },
      {},
    );
    expect(await sessions.regenerate(OLD)).toMatchObject({ data: { userId: 'u1', visits: 2 } });
    expect(calls).toHaveLength(4);
  });

  it('replaces data that is given, whatever was stored', async () => {
    const { sessions, calls } = setup({ Attributes: stored({ data: 'unreadable' }) });
    expect(await sessions.regenerate(OLD, { userId: 'admin' })).toMatchObject({ data: { userId: 'admin' } });
    expect(calls[1]?.input.TransactItems).toMatchObject([
      { Delete: { ConditionExpression: '#n0 > :v0 AND #n1 > :v1' } },
      { Put: { Item: { data: '{"userId":"admin"}' } } },
    ]);
  });

  it('answers undefined when the session is gone or its data unreadable', async () => {
    const { sessions, calls } = setup(
      gone,
      { Attributes: stored({ data: '{}' }) },
      { Attributes: stored() },
      failure('TransactionCanceledException', ['ConditionalCheckFailed', 'None']),
      gone,
    );
    expect(await sessions.regenerate(OLD)).toBeUndefined();
    expect(await sessions.regenerate(OLD)).toBeUndefined();
    expect(await sessions.regenerate(OLD)).toBeUndefined();
    expect(calls).toHaveLength(5);
  });

  it('recognizes its own work after a lost answer on an endpoint that forgets request tokens', async () => {
    const lost = failure('NetworkError', undefined, true);
    const both = failure('TransactionCanceledException', ['ConditionalCheckFailed', 'ConditionalCheckFailed']);
    const { sessions } = setup({ Attributes: stored() }, lost, both);
    expect(await sessions.regenerate(OLD)).toMatchObject({ id: NEXT });
  });

  it('gives up when the data changes every time', async () => {
    const changed = () => failure('TransactionCanceledException', ['ConditionalCheckFailed', 'None']);
    const { sessions } = setup(...Array.from({ length: 5 }, () => [{ Attributes: stored() }, changed()]).flat());
    await expect(sessions.regenerate(OLD)).rejects.toMatchObject({ code: 'TRANSACTION_CONFLICT' });
  });
});

it('refuses unknown options', () => {
  // @ts-expect-error: unknown option
  expect(() => createDynamoDbSessions({ definition, name: 't', aws: {} as Aws, ttl: 1 })).toThrow(
    "unknown option 'ttl'",
  );
});
