import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClock } from '../../core/clock.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { Call } from './fixtures/call-actions.ts';
import { callActions } from './fixtures/call-actions.ts';

const TableName = 'accounts';
const ACCOUNTS = ['a', 'b', 'c'] as const;
type Account = (typeof ACCOUNTS)[number];

/** The steps of a client; every number is small so that clients meet. */
type Step =
  | { readonly kind: 'add'; readonly to: Account; readonly by: number }
  | { readonly kind: 'swap'; readonly at: Account; readonly to: number }
  | { readonly kind: 'move'; readonly from: Account; readonly to: Account; readonly amount: number }
  | { readonly kind: 'expire'; readonly seconds: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'jump'; readonly seconds: number };

const account = fc.constantFrom(...ACCOUNTS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), to: account, by: fc.integer({ min: -5, max: 5 }) }),
  fc.record({ kind: fc.constant('swap' as const), at: account, to: fc.nat(9) }),
  fc.record({ kind: fc.constant('move' as const), from: account, to: account, amount: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('expire' as const), seconds: fc.nat(30) }),
  fc.record({ kind: fc.constant('wait' as const) }),
  fc.record({ kind: fc.constant('jump' as const), seconds: fc.integer({ min: 1, max: 20 }) }),
);

const REFUSALS = ['ConditionalCheckFailedException', 'TransactionCanceledException', 'TransactionConflictException'];

/** Whether a write went through; a refusal must be one that concurrency explains. */
async function succeeds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    expect(REFUSALS).toContain(error.code);
    return false;
  }
}

const keyOf = (id: string) => ({ id: { S: id } });
const number = (value: number) => ({ N: String(value) });

async function newTable(): Promise<{ call: Call; clock: ReturnType<typeof createClock> }> {
  const clock = createClock(() => 1_000_000_000_000);
  const call = callActions(clock);
  await call('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    Tags: [{ Key: 'twelvefold:ttl-lag-seconds', Value: '0' }],
  });
  await call('UpdateTimeToLive', { TableName, TimeToLiveSpecification: { AttributeName: 'until', Enabled: true } });
  for (const id of ACCOUNTS) await call('PutItem', { TableName, Item: { ...keyOf(id), n: number(0) } });
  return { call, clock };
}

interface StreamRecord {
  readonly eventName: string;
  readonly userIdentity?: { readonly Type: string };
  readonly dynamodb: {
    readonly Keys: { readonly id: { readonly S: string } };
    readonly OldImage?: object;
    readonly NewImage?: object;
  };
}

async function readStream(call: Call): Promise<StreamRecord[]> {
  const { Streams } = await call('ListStreams', {});
  const { StreamArn } = Streams[0];
  const { StreamDescription } = await call('DescribeStream', { StreamArn });
  const records: StreamRecord[] = [];
  for (const { ShardId } of StreamDescription.Shards) {
    let { ShardIterator } = await call('GetShardIterator', { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
    for (let got = -1; got !== 0 && ShardIterator !== undefined; ) {
      const page = await call('GetRecords', { ShardIterator, Limit: 7 });
      records.push(...page.Records);
      ({ NextShardIterator: ShardIterator } = page);
      got = page.Records.length;
    }
  }
  return records;
}

/** The reference: what went through, counted by the clients themselves. */
interface Tally {
  /** The sum of all accounts. */
  total: number;
  moves: number;
  /** When items expire, by id, in seconds. */
  readonly until: Map<string, number>;
}

async function runClient(
  call: Call,
  clock: ReturnType<typeof createClock>,
  tally: Tally,
  name: string,
  steps: readonly Step[],
) {
  for (const [index, todo] of steps.entries()) {
    const id = `${name}${index}`;
    if (todo.kind === 'wait') await nextTurn();
    else if (todo.kind === 'jump') clock.advance(todo.seconds * 1000);
    else if (todo.kind === 'add') {
      const update = {
        TableName,
        Key: keyOf(todo.to),
        UpdateExpression: 'ADD n :by',
        ExpressionAttributeValues: { ':by': number(todo.by) },
      };
      if (await succeeds(call('UpdateItem', update))) tally.total += todo.by;
    } else if (todo.kind === 'swap') {
      const { Item } = await call('GetItem', { TableName, Key: keyOf(todo.at), ConsistentRead: true });
      await nextTurn(); // others come in between
      const put = {
        TableName,
        Item: { ...keyOf(todo.at), n: number(todo.to) },
        ConditionExpression: 'n = :seen',
        ExpressionAttributeValues: { ':seen': Item.n },
      };
      if (await succeeds(call('PutItem', put))) tally.total += todo.to - Number(Item.n.N);
    } else if (todo.kind === 'expire') {
      const until = Math.floor(clock.now() / 1000) + todo.seconds;
      await call('PutItem', { TableName, Item: { ...keyOf(id), until: number(until) } });
      tally.until.set(id, until);
    } else if (todo.from !== todo.to) {
      const change = (account: Account, by: number) => ({
        Update: {
          TableName,
          Key: keyOf(account),
          UpdateExpression: 'ADD n :by',
          ExpressionAttributeValues: { ':by': number(by) },
        },
      });
      const mark = { TableName, Item: { ...keyOf(`move-${id}`), amount: number(todo.amount) } };
      const TransactItems = [change(todo.from, -todo.amount), change(todo.to, todo.amount), { Put: mark }];
      if (await succeeds(call('TransactWriteItems', { TransactItems, ClientRequestToken: id }))) tally.moves += 1;
    }
  }
}

describe('a table under concurrency and jumps of the clock', () => {
  it('loses nothing, doubles nothing, and its stream tells one history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 15 }), { minLength: 2, maxLength: 4 }), async (clients) => {
        const { call, clock } = await newTable();
        const tally: Tally = { total: 0, moves: 0, until: new Map() };
        await Promise.all(clients.map((steps, index) => runClient(call, clock, tally, `c${index}-`, steps)));
        const { Items } = await call('Scan', { TableName });
        const items = new Map<string, Record<string, { N: string }>>(
          Items.map((item: { id: { S: string } }) => [item.id.S, item]),
        );
        const balances = ACCOUNTS.map((id) => Number(items.get(id)?.n?.N));
        expect(balances.reduce((sum, balance) => sum + balance, 0)).toBe(tally.total);
        expect([...items.keys()].filter((id) => id.startsWith('move-'))).toHaveLength(tally.moves);
        // What expired by now is gone, and nothing else.
        const alive = [...tally.until].filter(([, until]) => until * 1000 > clock.now()).map(([id]) => id);
        expect(
          [...items]
            .filter(([, item]) => item.until !== undefined)
            .map(([id]) => id)
            .sort(),
        ).toEqual(alive.sort());
        // Every record begins where the one before it left the item, and together they lead to the
        // table.
        const history = new Map<string, object>();
        const expired: string[] = [];
        for (const { eventName, userIdentity, dynamodb: change } of await readStream(call)) {
          const id = change.Keys.id.S;
          expect(change.OldImage).toEqual(history.get(id));
          expect(eventName).toBe(
            change.OldImage === undefined ? 'INSERT' : change.NewImage === undefined ? 'REMOVE' : 'MODIFY',
          );
          if (change.NewImage === undefined) history.delete(id);
          else history.set(id, change.NewImage);
          if (userIdentity?.Type === 'Service') expired.push(id);
        }
        expect(history).toEqual(items);
        expect(expired.sort()).toEqual([...tally.until.keys()].filter((id) => !alive.includes(id)).sort());
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('lets one of several transactions on an item through at a time', async () => {
    const { call } = await newTable();
    const add = {
      Update: {
        TableName,
        Key: keyOf('a'),
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': number(1) },
      },
    };
    const other = { Put: { TableName, Item: keyOf('other') } };
    const first = call('TransactWriteItems', { TransactItems: [add, other], ClientRequestToken: 'token' });
    const code = async (second: Promise<unknown>) => {
      const error = await second.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof ServiceError)) throw new Error('not refused');
      return [
        error.code,
        ...((error.fields.CancellationReasons ?? []) as Array<{ Code: string }>).map(({ Code }) => Code),
      ];
    };
    const free = { Put: { TableName, Item: keyOf('free') } };
    const refusals = [
      code(call('TransactWriteItems', { TransactItems: [free, add] })),
      code(call('TransactGetItems', { TransactItems: [{ Get: { TableName, Key: keyOf('a') } }] })),
      code(call('PutItem', { TableName, Item: keyOf('a') })),
      code(call('DeleteItem', { TableName, Key: keyOf('a') })),
      code(call('TransactWriteItems', { TransactItems: [add, other], ClientRequestToken: 'token' })),
    ];
    const batch = call('BatchWriteItem', {
      RequestItems: { [TableName]: [{ PutRequest: { Item: keyOf('a') } }, { PutRequest: { Item: keyOf('free') } }] },
    });
    // Reads see the item as it was.
    expect((await call('GetItem', { TableName, Key: keyOf('a') })).Item.n).toEqual(number(0));
    expect(await Promise.all(refusals)).toEqual([
      ['TransactionCanceledException', 'None', 'TransactionConflict'],
      ['TransactionCanceledException', 'TransactionConflict'],
      ['TransactionConflictException'],
      ['TransactionConflictException'],
      ['TransactionInProgressException'],
    ]);
    expect((await batch).UnprocessedItems).toEqual({ [TableName]: [{ PutRequest: { Item: keyOf('a') } }] });
    await first;
    await call('TransactWriteItems', { TransactItems: [add, other], ClientRequestToken: 'token' }); // a repetition
    expect((await call('GetItem', { TableName, Key: keyOf('a') })).Item.n).toEqual(number(1));
    await call('TransactWriteItems', { TransactItems: [free, add] });
  });
});
