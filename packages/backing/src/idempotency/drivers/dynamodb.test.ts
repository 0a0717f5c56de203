import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { CallOptions, CancellationReason, Item, TransactWriteEntry } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';
import { digest } from '../../dynamodb/digest.ts';
import type { WriteOperation } from '../../table/port.ts';
import { idempotencyStore } from '../idempotency-store.ts';
import { createDynamoDbIdempotency } from './dynamodb.ts';

const definition = idempotencyStore('effects', { window: '1h' });
const HOUR = 3_600_000;

const awsError = (code: string, details: { reasons?: CancellationReason[]; item?: Item; retryable?: boolean } = {}) =>
  new AwsError(code, {
    awsCode: code,
    service: 'dynamodb',
    operation: 'X',
    retryable: details.retryable ?? false,
    item: details.item,
    cancellationReasons: details.reasons,
  });

/**
 * The fault of one call: it happens and its answer is lost, or it does not happen and its own
 * answer comes.
 */
type Fault = 'answer-lost' | AwsError;

/**
 * DynamoDB as far as one store and a counter are concerned: real conditions on the record, real
 * request tokens, and one effect per operation, whose condition `blocked` fails.
 */
function endpoint({ remembersTokens = true } = {}) {
  const state = {
    now: 1_000_000,
    records: new Map<unknown, Item>(),
    effects: 0,
    blocked: new Set<number>(),
    faults: [] as Fault[],
    calls: [] as Array<{ operation: string; input: Record<string, unknown> }>,
  };
  const tokens = new Set<string | undefined>();
  const inTheWay = (put: TransactWriteEntry['Put']) => {
    const record = state.records.get(put?.Item.id);
    const nowMs = put?.ExpressionAttributeValues?.[':v0'] as number; // the only value of the record's condition
    return record !== undefined && (record.expiresAtMs as number) > nowMs ? record : undefined;
  };
  const transact = (entries: TransactWriteEntry[], token: string | undefined) => {
    if (remembersTokens && tokens.has(token)) return;
    const [record, ...operations] = entries;
    const held = inTheWay(record?.Put);
    const reasons: CancellationReason[] = [held ? { Code: 'ConditionalCheckFailed', Item: held } : { Code: 'None' }];
    for (const index of operations.keys()) {
      reasons.push({ Code: state.blocked.has(index) ? 'ConditionalCheckFailed' : 'None' });
    }
    if (reasons.some(({ Code }) => Code !== 'None')) throw awsError('TransactionCanceledException', { reasons });
    state.records.set(record?.Put?.Item.id, record?.Put?.Item ?? {});
    state.effects += operations.length;
    tokens.add(token);
  };
  const put = (input: TransactWriteEntry['Put']) => {
    const item = inTheWay(input);
    if (item) throw awsError('ConditionalCheckFailedException', { item });
    state.records.set(input?.Item.id, input?.Item ?? {});
  };
  const aws = {
    call: async (_service: string, operation: string, input: Record<string, unknown>, _options: CallOptions) => {
      state.calls.push({ operation, input });
      const fault = state.faults.shift();
      if (fault instanceof Error) throw fault;
      if (operation === 'PutItem') put(input as unknown as TransactWriteEntry['Put']);
      else transact(input.TransactItems as TransactWriteEntry[], input.ClientRequestToken as string);
      if (fault === 'answer-lost') throw awsError('NetworkError', { retryable: true });
      return {};
    },
    as: () => aws,
  } as unknown as Aws; // two operations of one service are all that the client calls
  const clock: Clock = { now: () => state.now, monotonic: () => state.now, sleep: async () => {} };
  return { state, store: createDynamoDbIdempotency({ definition, name: 'effects-test', aws, clock }) };
}

const operation: WriteOperation = { entry: { Put: { TableName: 'rows', Item: { id: '1' } } } };

describe('once', () => {
  it('does it the first time and never again while the record lives', async () => {
    const { state, store } = endpoint();
    expect(await store.once('k', [operation])).toBe('done');
    state.now += HOUR - 1;
    expect(await store.once('k', [operation])).toBe('already');
    expect(state.effects).toBe(1);
    expect(await store.once('other', [operation])).toBe('done');
  });

  it('counts an expired record as absent although TTL has not removed it', async () => {
    const { state, store } = endpoint();
    await store.once('k', [operation]);
    state.now += HOUR;
    expect(await store.once('k', [operation])).toBe('done');
    expect(state.effects).toBe(2);
  });

  it('puts the record first, under the digest of the key, with a TTL in whole seconds rounded up', async () => {
    const { state, store } = endpoint();
    state.now = 1_234;
    await store.once('k', [operation]);
    const { TransactItems, ClientRequestToken } = state.calls[0]?.input ?? {};
    expect(TransactItems).toEqual([
      {
        Put: {
          TableName: 'effects-test',
          Item: { id: digest('once:k'), token: ClientRequestToken, expiresAtMs: 1_234 + HOUR, expiresAt: 3_602 },
          ConditionExpression: 'attribute_not_exists(#n0) OR #n1 <= :v0',
          ExpressionAttributeNames: { '#n0': 'id', '#n1': 'expiresAtMs' },
          ExpressionAttributeValues: { ':v0': 1_234 },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
      operation.entry,
    ]);
  });

  it.each([true, false])(
    'a lost answer neither doubles nor turns done into already (tokens remembered: %s)',
    async (remembersTokens) => {
      const { state, store } = endpoint({ remembersTokens });
      state.faults = ['answer-lost', 'answer-lost'];
      expect(await store.once('k', [operation])).toBe('done');
      expect(state.effects).toBe(1);
      expect(state.calls).toHaveLength(remembersTokens ? 3 : 2);
      expect(await store.once('k', [operation])).toBe('already');
    },
  );

  it('still tells done from already when a conflict follows a lost answer', async () => {
    const { state, store } = endpoint({ remembersTokens: false });
    state.faults = [
      'answer-lost',
      awsError('TransactionCanceledException', { reasons: [{ Code: 'TransactionConflict' }] }),
    ];
    expect(await store.once('k', [operation])).toBe('done');
    expect(state.effects).toBe(1);
  });

  it('rejects when every answer is lost, and the next call says already', async () => {
    const { state, store } = endpoint();
    state.faults = ['answer-lost', 'answer-lost', 'answer-lost'];
    await expect(store.once('k', [operation])).rejects.toMatchObject({ awsCode: 'NetworkError' });
    expect(await store.once('k', [operation])).toBe('already');
    expect(state.effects).toBe(1);
  });

  it('waits while another delivery is in the same transaction, then finds it done', async () => {
    const { state, store } = endpoint();
    await store.once('k', [operation]);
    const reasons = [{ Code: 'TransactionConflict' }, { Code: 'ConditionalCheckFailed' }];
    state.faults = [awsError('TransactionCanceledException', { reasons })];
    expect(await store.once('k', [operation])).toBe('already');
    expect(state.calls).toHaveLength(3);
  });

  it('names the operations whose own conditions failed, counted without the record, and leaves no record', async () => {
    const { state, store } = endpoint();
    state.blocked = new Set([1]);
    const error = await store.once('k', [operation, operation]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONDITION_FAILED', cause: { awsCode: 'TransactionCanceledException' } });
    expect(String(error)).toContain("operation 1 (Put on 'rows')");
    state.blocked.clear();
    expect(await store.once('k', [operation, operation])).toBe('done');
  });

  it('says already when the effects block themselves the second time', async () => {
    const { state, store } = endpoint();
    await store.once('k', [operation]);
    state.blocked = new Set([0]);
    expect(await store.once('k', [operation])).toBe('already');
  });

  it('takes up to 99 operations, and none at all', async () => {
    const { state, store } = endpoint();
    const many = (n: number) => Array.from({ length: n }, () => operation);
    await expect(store.once('k', many(100))).rejects.toBeInstanceOf(RangeError);
    expect(await store.once('k', many(99))).toBe('done');
    expect(await store.once('bare', [])).toBe('done');
    expect(state.effects).toBe(99);
  });

  it('passes other failures on and refuses an empty key', async () => {
    const { state, store } = endpoint();
    const denied = awsError('AccessDeniedException');
    state.faults = [denied];
    await expect(store.once('k', [operation])).rejects.toBe(denied);
    await expect(store.once('', [operation])).rejects.toBeInstanceOf(TypeError);
    await expect(store.claim('', 'f')).rejects.toBeInstanceOf(TypeError);
  });
});

describe('claim', () => {
  it('claims once, then tells a repeat from another request, until the record expires', async () => {
    const { state, store } = endpoint();
    expect(await store.claim('k', 'a')).toBe('claimed');
    expect(await store.claim('k', 'a')).toBe('same');
    expect(await store.claim('k', 'b')).toBe('different');
    state.now += HOUR;
    expect(await store.claim('k', 'b')).toBe('claimed');
    expect(state.calls.map((call) => call.operation)).toEqual(Array(4).fill('PutItem'));
  });

  it('claims after a lost answer: same would make the caller drop a request that was never worked on', async () => {
    const { state, store } = endpoint();
    state.faults = ['answer-lost'];
    expect(await store.claim('k', 'a')).toBe('claimed');
    expect(await store.claim('k', 'a')).toBe('same');
  });

  it('keeps key and fingerprint as digests, and apart from keys of once', async () => {
    const { state, store } = endpoint();
    await store.once('k', []);
    expect(await store.claim('k', 'body of a request')).toBe('claimed');
    const input = JSON.stringify(state.calls[1]?.input);
    expect(input).toContain(digest('body of a request'));
    expect(input).not.toContain('body of a request');
  });

  it('does not guess when the endpoint leaves out the record that was in the way', async () => {
    const { state, store } = endpoint();
    const bare = awsError('ConditionalCheckFailedException');
    state.faults = [bare];
    await expect(store.claim('k', 'a')).rejects.toBe(bare);
  });
});

it('refuses unknown options', () => {
  // @ts-expect-error: unknown option
  expect(() => createDynamoDbIdempotency({ definition, name: 't', aws: {} as Aws, ttl: 1 })).toThrow(
    "unknown option 'ttl'",
  );
});
