import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { CallOptions } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { table } from '../table.ts';
import { createDynamoDbTable } from './dynamodb.ts';

const Order = z.object({
  orderId: z.string(),
  status: z.enum(['placed', 'notified']),
  totalCents: z.number().int().min(0),
  note: z.string().optional(),
  address: z.object({ city: z.string(), zip: z.string().optional() }).optional(),
});
const definition = table('orders', { schema: Order, key: 'orderId' });
const line = table('lines', {
  schema: z.object({ orderId: z.string(), line: z.string(), count: z.number() }),
  key: { partition: 'orderId', sort: 'line' },
});
const row = { orderId: '1', status: 'placed', totalCents: 500 } as const;

interface Call extends CallOptions {
  operation: string;
  input: Record<string, unknown>;
}

/** A port that keeps what it was asked and gives the next answer: an error is thrown. */
function fake(...answers: unknown[]) {
  const calls: Call[] = [];
  const aws = {
    call: async (_service: string, operation: string, input: Record<string, unknown>, options: CallOptions) => {
      calls.push({ operation, input, ...options });
      const answer = answers.shift() ?? {};
      if (answer instanceof Error) throw answer;
      return answer;
    },
    as: () => aws,
  } as unknown as Aws; // the operations' own types cannot hold for scripted answers
  return { aws, calls };
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}

/** A clock that never waits and keeps what it was asked to wait. */
function stillClock() {
  const waits: number[] = [];
  const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: async (ms) => void waits.push(ms) };
  return { clock, waits };
}

const failure = (code: string, details: { reasons?: string[]; retryable?: boolean } = {}) =>
  new AwsError(code, {
    awsCode: code,
    service: 'dynamodb',
    operation: 'X',
    retryable: details.retryable ?? false,
    ...(details.reasons ? { cancellationReasons: details.reasons.map((Code) => ({ Code })) } : {}),
  });

const orders = (aws: Aws, clock = stillClock().clock) =>
  createDynamoDbTable({ definition, name: 'orders-test', aws, clock, random: () => 0.5 });

describe('put', () => {
  it('puts what the schema returns, without undefined fields at any depth and without unknown ones', async () => {
    const { aws, calls } = fake();
    const given = { ...row, note: undefined, address: { city: 'Bonn', zip: undefined }, hidden: 'x' };
    await orders(aws).put(given);
    expect(calls).toEqual([
      {
        operation: 'PutItem',
        access: 'write',
        repeatable: true,
        signal: undefined,
        input: { TableName: 'orders-test', Item: { ...row, address: { city: 'Bonn' } } },
      },
    ]);
  });

  it('keeps names and values of a condition out of the expression', async () => {
    const { aws, calls } = fake();
    const condition = { exists: true, equals: { status: 'placed', note: undefined } } as const;
    await orders(aws).put(row, { condition });
    expect(calls[0]?.input).toMatchObject({
      ConditionExpression: 'attribute_exists(#n0) AND #n1 = :v0 AND attribute_not_exists(#n2)',
      ExpressionAttributeNames: { '#n0': 'orderId', '#n1': 'status', '#n2': 'note' },
      ExpressionAttributeValues: { ':v0': 'placed' },
    });
  });

  it('refuses a row that does not fit, naming fields and no values, before any call', async () => {
    const { aws, calls } = fake();
    const bad = { ...row, totalCents: -7_777, address: { city: 42 } };
    const error = await orders(aws)
      .put(bad as never)
      .catch((thrown: unknown) => thrown);
    expect(TwelvefoldError.isInstance(error, 'ROW_INVALID')).toBe(true);
    expect(String(error)).toContain("'totalCents', 'address.city'");
    expect(String(error)).not.toMatch(/7777|42/);
    expect(calls).toEqual([]);
  });

  it('refuses what DynamoDB has no type for, naming the place', async () => {
    const { aws, calls } = fake();
    const loose = createDynamoDbTable({
      definition: table('loose', { schema: z.object({ id: z.string(), at: z.unknown() }), key: 'id' }),
      name: 't',
      aws,
    });
    for (const at of [new Date(), Number.NaN, new Set(), () => 1, [undefined], { deep: [new Map()] }]) {
      await expect(loose.put({ id: '1', at })).rejects.toMatchObject({ code: 'ROW_INVALID' });
    }
    await expect(loose.put({ id: '1', at: { deep: [new Map()] } })).rejects.toThrow(
      "'at.deep[0]' is an instance of a class",
    );
    await loose.put({ id: '1', at: [null, true, 1n, new Uint8Array(1), new Set(['a']), { b: [] }] });
    expect(calls).toHaveLength(1);
  });

  it('refuses an empty or overlong key, and a misspelt condition, before any call', async () => {
    const { aws, calls } = fake();
    await expect(orders(aws).put({ ...row, orderId: '' })).rejects.toThrow("key field 'orderId' is empty");
    await expect(orders(aws).get('x'.repeat(2_049))).rejects.toThrow('DynamoDB allows 2048');
    // @ts-expect-error: the types refuse it as well
    await expect(orders(aws).put(row, { condition: { exist: false } })).rejects.toThrow("unknown member 'exist'");
    await expect(
      orders(aws).put(row, { condition: { exists: false, equals: { status: 'placed' } } }),
    ).rejects.toBeInstanceOf(TypeError);
    expect(calls).toEqual([]);
  });

  it('says CONDITION_FAILED with the cause when the condition does not hold', async () => {
    const cause = failure('ConditionalCheckFailedException');
    const { aws } = fake(cause);
    await expect(orders(aws).put(row, { condition: { exists: false } })).rejects.toMatchObject({
      code: 'CONDITION_FAILED',
      cause,
    });
  });

  it('tries again, waiting longer each time, while a transaction holds the item, and no longer than eight times', async () => {
    const { clock, waits } = stillClock();
    const held = failure('TransactionConflictException');
    const twice = fake(held, held);
    await orders(twice.aws, clock).put(row);
    expect(twice.calls).toHaveLength(3);
    expect(waits).toEqual([18.75, 37.5]);

    const ever = fake(...Array.from({ length: 20 }, () => held));
    await expect(orders(ever.aws, clock).put(row)).rejects.toMatchObject({ code: 'TRANSACTION_CONFLICT', cause: held });
    expect(ever.calls).toHaveLength(8);
  });

  it('does not repeat a single write whose answer was lost: it may have happened', async () => {
    const lost = failure('NetworkError', { retryable: true });
    const { aws, calls } = fake(lost);
    await expect(orders(aws).put(row)).rejects.toBe(lost);
    expect(calls).toHaveLength(1);
  });
});

describe('update', () => {
  it('sets, adds and removes by placeholders and returns the new row', async () => {
    const after = { ...row, totalCents: 600 };
    const { aws, calls } = fake({ Attributes: after });
    const changes = { set: { status: 'placed' }, add: { totalCents: 100 }, remove: ['note'] } as const;
    expect(await orders(aws).update('1', changes)).toEqual(after);
    expect(calls[0]).toMatchObject({
      operation: 'UpdateItem',
      input: {
        TableName: 'orders-test',
        Key: { orderId: '1' },
        UpdateExpression: 'SET #n0 = :v0 ADD #n1 :v1 REMOVE #n2',
        ExpressionAttributeNames: { '#n0': 'status', '#n1': 'totalCents', '#n2': 'note' },
        ExpressionAttributeValues: { ':v0': 'placed', ':v1': 100 },
        ReturnValues: 'ALL_NEW',
      },
    });
    // status and totalCents make a whole row, so a missing one may be created.
    expect(calls[0]?.input.ConditionExpression).toBeUndefined();
  });

  it('requires the row to exist when key and changes make no whole one', async () => {
    const { aws, calls } = fake({ Attributes: { ...row, status: 'notified' } });
    await orders(aws).update('1', { set: { status: 'notified' } }, { condition: { equals: { status: 'placed' } } });
    expect(calls[0]?.input.ConditionExpression).toBe('attribute_exists(#n0) AND #n1 = :v0');
  });

  it('refuses a field that cannot fit before sending, and says when a written row came out unfit', async () => {
    const none = fake();
    const bad = { set: { totalCents: -1 } };
    await expect(orders(none.aws).update('1', bad)).rejects.toThrow(
      "'totalCents' does not fit the schema; nothing was written",
    );
    await expect(
      orders(none.aws).update('1', { set: { totalCents: 1 } }, { condition: { exists: false } }),
    ).rejects.toMatchObject({ code: 'ROW_INVALID' });
    expect(none.calls).toEqual([]);

    const { aws } = fake({ Attributes: { ...row, totalCents: -1 } });
    await expect(orders(aws).update('1', { add: { totalCents: -501 } })).rejects.toThrow('which is written');
  });

  it('refuses key fields, double changes, unknown kinds and nothing at all', async () => {
    const { aws, calls } = fake();
    const client = orders(aws);
    await expect(client.update('1', { set: { orderId: '2' } })).rejects.toThrow("'orderId' is a key field");
    await expect(client.update('1', { set: { note: 'x' }, remove: ['note'] })).rejects.toThrow(
      "'note' is changed twice",
    );
    // @ts-expect-error: a required field cannot be removed
    await expect(client.update('1', { remove: ['orderId'] })).rejects.toThrow("'orderId' is a key field");
    // @ts-expect-error: unknown kind of change
    await expect(client.update('1', { put: { note: 'x' } })).rejects.toThrow("unknown change 'put'");
    await expect(client.update('1', { set: { note: undefined } })).rejects.toThrow('nothing to change');
    await expect(client.update('1', { add: { totalCents: Number.NaN } })).rejects.toThrow('no finite number');
    expect(calls).toEqual([]);
  });
});

describe('get, query and scan', () => {
  it('gets by key, consistently when asked, and checks what is stored', async () => {
    const { aws, calls } = fake({ Item: row }, {}, { Item: { ...row, status: 'secret-status' } });
    const client = orders(aws);
    expect(await client.get('1')).toEqual(row);
    expect(await client.get('2', { consistent: true })).toBeUndefined();
    const error = await client.get('3').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ROW_INVALID' });
    expect(String(error)).toContain("'status'");
    expect(String(error)).not.toContain('secret-status');
    expect(String(error)).toMatch(
      /Cannot read the row "1" of table 'orders': 'status' does not fit .*a default.*a task/,
    );
    expect(calls.map(({ input }) => input)).toEqual([
      { TableName: 'orders-test', Key: { orderId: '1' } },
      { TableName: 'orders-test', Key: { orderId: '2' }, ConsistentRead: true },
      { TableName: 'orders-test', Key: { orderId: '3' } },
    ]);
  });

  it('reads on through empty pages and starts anew for each loop', async () => {
    const at = { orderId: 'a', line: '1' };
    const pages = [{ Items: [], LastEvaluatedKey: at }, { LastEvaluatedKey: at }, { Items: [{ ...at, count: 1 }] }];
    const { aws, calls } = fake(...pages, ...pages);
    const rows = createDynamoDbTable({ definition: line, name: 't', aws });
    expect(await collect(rows.query('a', { descending: true, consistent: true }))).toEqual([{ ...at, count: 1 }]);
    expect(await collect(rows.scan())).toEqual([{ ...at, count: 1 }]);
    expect(calls.map(({ operation, input }) => [operation, input.ExclusiveStartKey])).toEqual([
      ['Query', undefined],
      ['Query', at],
      ['Query', at],
      ['Scan', undefined],
      ['Scan', at],
      ['Scan', at],
    ]);
    expect(calls[0]?.input).toMatchObject({ ScanIndexForward: false, ConsistentRead: true });
  });

  it('stops at the limit, asking for no more than is left, and reads no page before it is asked for', async () => {
    const items = (n: number) =>
      Array.from({ length: n }, (_, index) => ({ orderId: 'a', line: `${index}`, count: 0 }));
    const key = { orderId: 'a', line: 'x' };
    const { aws, calls } = fake({ Items: items(2), LastEvaluatedKey: key }, { Items: items(1), LastEvaluatedKey: key });
    const rows = createDynamoDbTable({ definition: line, name: 't', aws });
    expect(await collect(rows.query('a', { limit: 3 }))).toHaveLength(3);
    expect(calls.map(({ input }) => input.Limit)).toEqual([3, 1]);

    const early = fake({ Items: items(2), LastEvaluatedKey: key });
    for await (const _ of createDynamoDbTable({ definition: line, name: 't', aws: early.aws }).scan()) break;
    expect(early.calls).toHaveLength(1);
    await expect(collect(rows.query('a', { limit: 0 }))).rejects.toThrow('limit is 0; it counts rows from 1');
  });

  it('refuses a key without its sort field', async () => {
    const { aws, calls } = fake();
    const rows = createDynamoDbTable({ definition: line, name: 't', aws });
    // @ts-expect-error: the sort field is missing
    await expect(rows.get({ orderId: 'a' })).rejects.toThrow("key field 'line' is not a string");
    // @ts-expect-error: a string is not the key of a table with a sort key
    await expect(rows.delete('a')).rejects.toThrow("an object of 'orderId' and 'line'");
    expect(calls).toEqual([]);
  });
});

describe('transact', () => {
  const other = (aws: Aws) => createDynamoDbTable({ definition: line, name: 'lines-test', aws });

  it('joins operations of several tables in one call', async () => {
    const { aws, calls } = fake();
    await orders(aws).transact([
      orders(aws).putOperation(row, { condition: { exists: false } }),
      other(aws).updateOperation({ orderId: '1', line: 'a' }, { add: { count: 1 } }),
      other(aws).deleteOperation({ orderId: '1', line: 'b' }),
      orders(aws).checkOperation('2', { exists: true }),
    ]);
    expect(calls).toHaveLength(1);
    const entries = calls[0]?.input.TransactItems as Array<Record<string, { TableName: string }>>;
    expect(entries.map((entry) => Object.entries(entry).map(([kind, { TableName }]) => [kind, TableName])[0])).toEqual([
      ['Put', 'orders-test'],
      ['Update', 'lines-test'],
      ['Delete', 'lines-test'],
      ['ConditionCheck', 'orders-test'],
    ]);
    expect(calls[0]?.input.ClientRequestToken).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('names the operations whose conditions failed', async () => {
    const cause = failure('TransactionCanceledException', {
      reasons: ['ConditionalCheckFailed', 'None', 'ConditionalCheckFailed'],
    });
    const { aws } = fake(cause);
    const client = orders(aws);
    const operations = [
      client.putOperation(row),
      client.deleteOperation('2'),
      client.checkOperation('3', { exists: true }),
    ];
    const error = await client.transact(operations).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONDITION_FAILED', cause });
    expect(String(error)).toContain("0 (Put on 'orders-test'), 2 (ConditionCheck on 'orders-test')");
  });

  it('repeats a conflicting or lost transaction under one token', async () => {
    const { clock } = stillClock();
    const { aws, calls } = fake(
      // Another transaction has written one item and still holds the other: not a failed condition
      // yet.
      failure('TransactionCanceledException', { reasons: ['ConditionalCheckFailed', 'TransactionConflict'] }),
      failure('NetworkError', { retryable: true }),
      failure('TransactionInProgressException'),
      failure('EndpointUnreachable', { retryable: true }),
    );
    await orders(aws, clock).transact([orders(aws).putOperation(row)]);
    expect(calls).toHaveLength(5);
    expect(new Set(calls.map(({ input }) => input.ClientRequestToken)).size).toBe(1);
  });

  it('gives up on an endpoint that stays away, and on an abort while waiting', async () => {
    const away = failure('EndpointUnreachable', { retryable: true });
    const { aws, calls } = fake(away, away, away, away);
    await expect(orders(aws).transact([orders(aws).putOperation(row)])).rejects.toBe(away);
    expect(calls).toHaveLength(3);

    const controller = new AbortController();
    const reason = new Error('deadline');
    const clock: Clock = {
      now: () => 0,
      monotonic: () => 0,
      sleep: async (_, signal) => {
        controller.abort(reason);
        signal?.throwIfAborted();
      },
    };
    const aborted = fake(failure('TransactionConflictException'));
    const write = orders(aborted.aws, clock).put(row, { signal: controller.signal });
    await expect(write).rejects.toBe(reason);
    expect(aborted.calls).toHaveLength(1);
  });

  it('takes 1 to 100 operations', async () => {
    const { aws, calls } = fake();
    const client = orders(aws);
    const many = (n: number) => Array.from({ length: n }, (_, index) => client.deleteOperation(`${index}`));
    await expect(client.transact([])).rejects.toBeInstanceOf(RangeError);
    await expect(client.transact(many(101))).rejects.toBeInstanceOf(RangeError);
    await client.transact(many(100));
    expect(calls).toHaveLength(1);
  });
});

it('refuses unknown options and asynchronous schemas', async () => {
  const { aws } = fake();
  // @ts-expect-error: unknown option
  expect(() => createDynamoDbTable({ definition, name: 't', aws, nme: 1 })).toThrow("unknown option 'nme'");
  const later = table('later', { schema: z.object({ id: z.string().refine(async () => true) }), key: 'id' });
  await expect(createDynamoDbTable({ definition: later, name: 't', aws }).put({ id: '1' })).rejects.toThrow(
    'asynchronous',
  );
});
