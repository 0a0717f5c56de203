import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceError } from '../../core/service-error.ts';
import type { Call } from './fixtures/call-actions.ts';
import type { Item, Key } from './model.fixture.ts';
import { newTable, TableName } from './model.fixture.ts';

type Write =
  | { readonly kind: 'put'; readonly item: Item; readonly ifAbsent: boolean }
  | { readonly kind: 'add'; readonly key: Key; readonly by: number; readonly ifAtLeast: number | undefined }
  | { readonly kind: 'group'; readonly key: Key; readonly to: number | undefined }
  | { readonly kind: 'delete'; readonly key: Key; readonly ifPresent: boolean };

/** The reference: a map, and rules that fit on a page. */
class Model {
  items = new Map<string, Item>();
  static id = ({ pk, sk }: Key) => `${pk}/${sk}`;

  /** The item afterwards, or `refused`. */
  try(write: Write): { id: string; after: Item | undefined } | 'refused' {
    const key = write.kind === 'put' ? write.item : write.key;
    const id = Model.id(key);
    const before = this.items.get(id);
    if (write.kind === 'put') {
      return write.ifAbsent && before !== undefined ? 'refused' : { id, after: write.item };
    }
    if (write.kind === 'delete') {
      return write.ifPresent && before === undefined ? 'refused' : { id, after: undefined };
    }
    // What only takes away creates nothing.
    if (write.kind === 'group' && write.to === undefined && before === undefined) return { id, after: undefined };
    if (write.kind === 'group') return { id, after: { ...(before ?? write.key), group: write.to } };
    if (write.ifAtLeast !== undefined && !(before?.n !== undefined && before.n >= write.ifAtLeast)) return 'refused';
    return { id, after: { ...(before ?? write.key), n: (before?.n ?? 0) + write.by } };
  }

  apply(writes: readonly Write[]): Array<'refused' | 'done'> {
    const results = writes.map((write) => this.try(write));
    if (!results.includes('refused')) {
      for (const result of results) {
        if (result === 'refused') continue;
        if (result.after === undefined) this.items.delete(result.id);
        else this.items.set(result.id, result.after);
      }
    }
    return results.map((result) => (result === 'refused' ? 'refused' : 'done'));
  }
}

const toKey = ({ pk, sk }: Key) => ({ pk: { S: `p${pk}` }, sk: { N: String(sk) } });

const toItem = ({ group, n, ...key }: Item) => ({
  ...toKey(key),
  ...(group === undefined ? {} : { grp: { N: String(group) } }),
  ...(n === undefined ? {} : { n: { N: String(n) } }),
});

type Wire = ReturnType<typeof toItem>;

const fromWire = (item: Wire): Item => ({
  pk: Number(item.pk.S.slice(1)),
  sk: Number(item.sk.N),
  group: item.grp === undefined ? undefined : Number(item.grp.N),
  n: item.n === undefined ? undefined : Number(item.n.N),
});

/** One write as a member of TransactWriteItems, which is also the input of the single operation. */
function toRequest(write: Write) {
  if (write.kind === 'put') {
    const condition = write.ifAbsent ? { ConditionExpression: 'attribute_not_exists(pk)' } : {};
    return { Put: { TableName, Item: toItem(write.item), ...condition } };
  }
  const Key = toKey(write.key);
  if (write.kind === 'delete') {
    return { Delete: { TableName, Key, ...(write.ifPresent ? { ConditionExpression: 'attribute_exists(pk)' } : {}) } };
  }
  if (write.kind === 'group') {
    return write.to === undefined
      ? { Update: { TableName, Key, UpdateExpression: 'REMOVE grp' } }
      : {
          Update: {
            TableName,
            Key,
            UpdateExpression: 'SET grp = :g',
            ExpressionAttributeValues: { ':g': { N: String(write.to) } },
          },
        };
  }
  const least = write.ifAtLeast === undefined ? {} : { ':least': { N: String(write.ifAtLeast) } };
  return {
    Update: {
      TableName,
      Key,
      UpdateExpression: 'ADD n :by',
      ExpressionAttributeValues: { ':by': { N: String(write.by) }, ...least },
      ...(write.ifAtLeast === undefined ? {} : { ConditionExpression: 'n >= :least' }),
    },
  };
}

const key = fc.record({ pk: fc.nat(3), sk: fc.integer({ min: -3, max: 3 }) });

const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    item: fc
      .tuple(key, maybe(fc.nat(2)), maybe(fc.integer({ min: -9, max: 9 })))
      .map(([k, group, n]) => ({ ...k, group, n })),
    ifAbsent: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('add' as const),
    key,
    by: fc.integer({ min: -9, max: 9 }),
    ifAtLeast: maybe(fc.integer({ min: -9, max: 9 })),
  }),
  fc.record({ kind: fc.constant('group' as const), key, to: maybe(fc.nat(2)) }),
  fc.record({ kind: fc.constant('delete' as const), key, ifPresent: fc.boolean() }),
);

/** Writes: alone, in a transaction. Reads are made after each. */
const step = fc.oneof(
  { weight: 3, arbitrary: write.map((single) => [single]) },
  {
    weight: 1,
    arbitrary: fc.uniqueArray(write, {
      minLength: 2,
      maxLength: 6,
      selector: (entry) => Model.id(entry.kind === 'put' ? entry.item : entry.key),
    }),
  },
);

async function perform(call: Call, writes: readonly Write[]): Promise<Array<'refused' | 'done'>> {
  const requests = writes.map(toRequest);
  const [only] = requests;
  try {
    if (requests.length > 1 || only === undefined) await call('TransactWriteItems', { TransactItems: requests });
    else {
      const [[kind, input] = ['', {}]] = Object.entries(only);
      await call(`${kind}Item`, input as Record<string, unknown>); // the members of a request are inputs
    }
    return writes.map(() => 'done');
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.code === 'ConditionalCheckFailedException') return ['refused'];
    expect(error.code).toBe('TransactionCanceledException');
    const reasons = error.fields.CancellationReasons as ReadonlyArray<{ Code: string }>; // the shape of this error
    return reasons.map(({ Code }) => (Code === 'None' ? 'done' : 'refused'));
  }
}

async function readAll(call: Call, action: string, input: Record<string, unknown>): Promise<Item[]> {
  const items: Item[] = [];
  let start: unknown;
  do {
    const page = await call(action, {
      TableName,
      ...input,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    items.push(...page.Items.map(fromWire));
    start = page.LastEvaluatedKey;
    // A start key that does not move on must fail here, not hang.
    if (items.length > 1000) throw new Error('the pages do not end');
  } while (start !== undefined);
  return items;
}

const byId = (left: Item, right: Item) => Model.id(left).localeCompare(Model.id(right));

const plain = (items: Iterable<Item>) => [...items].map((item) => fromWire(toItem(item)));

describe('a table', () => {
  it('does what the reference model does, write by write, and reads the same every way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (steps, Limit) => {
        const call = await newTable();
        const model = new Model();
        for (const writes of steps) expect(await perform(call, writes)).toEqual(model.apply(writes));
        const expected = plain(model.items.values()).sort(byId);
        expect((await readAll(call, 'Scan', { Limit })).sort(byId)).toEqual(expected);
        const segments = await Promise.all(
          [0, 1, 2].map((Segment) => readAll(call, 'Scan', { Limit, Segment, TotalSegments: 3 })),
        );
        expect(segments.flat().sort(byId)).toEqual(expected);
        for (const item of expected) {
          expect(fromWire((await call('GetItem', { TableName, Key: toKey(item) })).Item)).toEqual(item);
        }
        for (const pk of [0, 1, 2, 3]) {
          const inPartition = expected.filter((item) => item.pk === pk).sort((a, b) => a.sk - b.sk);
          const query = {
            KeyConditionExpression: 'pk = :p',
            ExpressionAttributeValues: { ':p': { S: `p${pk}` } },
            Limit,
          };
          expect(await readAll(call, 'Query', query)).toEqual(inPartition);
          expect(await readAll(call, 'Query', { ...query, ScanIndexForward: false })).toEqual(
            [...inPartition].reverse(),
          );
          const between = {
            KeyConditionExpression: 'pk = :p AND sk BETWEEN :low AND :high',
            ExpressionAttributeValues: { ':p': { S: `p${pk}` }, ':low': { N: '-1' }, ':high': { N: '2' } },
          };
          expect(await readAll(call, 'Query', between)).toEqual(inPartition.filter(({ sk }) => sk >= -1 && sk <= 2));
          const local = await readAll(call, 'Query', { ...query, IndexName: 'in-group-order' });
          expect(local.map(({ group }) => group)).toEqual(
            inPartition.flatMap(({ group }) => group ?? []).sort((a, b) => a - b),
          );
        }
        for (const group of [0, 1, 2]) {
          const found = await readAll(call, 'Query', {
            IndexName: 'by-group',
            KeyConditionExpression: 'grp = :g',
            ExpressionAttributeValues: { ':g': { N: String(group) } },
            Limit,
          });
          expect(found.sort(byId)).toEqual(expected.filter((item) => item.group === group));
        }
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
