import type { QueryCommandInput, QueryCommandOutput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

let aws: LocalAws;
let client: DynamoDBClient;
const TableName = 'events';

/**
 * Partition a has range keys -3 to 6, partition b 0 to 4; even ones have an owner, every third a
 * kind.
 */
const ITEMS = [...Array(10).keys()]
  .map((n) => ({ pk: { S: 'a' }, sk: { N: String(n - 3) } }))
  .concat([...Array(5).keys()].map((n) => ({ pk: { S: 'b' }, sk: { N: String(n) } })))
  .map((key) => {
    const n = Number(key.sk.N);
    return {
      ...key,
      note: { S: `note ${n}` },
      ...(n % 2 === 0 ? { owner: { S: 'zoe' }, placed: { N: String(100 - n) } } : {}),
      ...(n % 3 === 0 ? { kind: { S: `k${n}` } } : {}),
    };
  });

beforeAll(async () => {
  aws = await startLocalAws();
  client = new DynamoDBClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'N' },
        { AttributeName: 'owner', AttributeType: 'S' },
        { AttributeName: 'placed', AttributeType: 'N' },
        { AttributeName: 'kind', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-owner',
          KeySchema: [
            { AttributeName: 'owner', KeyType: 'HASH' },
            { AttributeName: 'placed', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'by-kind',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'kind', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['placed'] },
        },
      ],
    }),
  );
  await client.send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: ITEMS.map((Item) => ({ PutRequest: { Item } })) } }),
  );
});
afterAll(() => aws.close());

const query = (input: Partial<QueryCommandInput>) => client.send(new QueryCommand({ TableName, ...input }));
const scan = (input: Partial<ScanCommandInput>) => client.send(new ScanCommand({ TableName, ...input }));
const sks = ({ Items = [] }: Pick<QueryCommandOutput, 'Items'>) => Items.map((item) => Number(item.sk?.N));
const inA = (
  condition = '',
  values: Record<string, { N: string } | { S: string }> = {},
): Partial<QueryCommandInput> => ({
  KeyConditionExpression: `pk = :pk${condition}`,
  ExpressionAttributeValues: { ':pk': { S: 'a' }, ...values },
});
const refused = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return `${error?.name}: ${error?.message}`;
};

/** Follows LastEvaluatedKey to the end. */
async function pages<O extends { LastEvaluatedKey?: QueryCommandOutput['LastEvaluatedKey'] }>(
  read: (start: QueryCommandOutput['LastEvaluatedKey']) => Promise<O>,
): Promise<O[]> {
  const all: O[] = [];
  do all.push(await read(all.at(-1)?.LastEvaluatedKey));
  while (all.at(-1)?.LastEvaluatedKey !== undefined && all.length < 100); // a key that does not move on must not hang
  return all;
}

describe('Query', () => {
  it('gives a partition in the order of its numbers, either way', async () => {
    const ascending = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6];
    expect(sks(await query(inA()))).toEqual(ascending);
    expect(sks(await query({ ...inA(), ScanIndexForward: false }))).toEqual([...ascending].reverse());
  });

  it.each([
    ['= :x', [2]],
    ['< :x', [-3, -2, -1, 0, 1]],
    ['<= :x', [-3, -2, -1, 0, 1, 2]],
    ['> :x', [3, 4, 5, 6]],
    ['>= :x', [2, 3, 4, 5, 6]],
    ['BETWEEN :x AND :y', [2, 3, 4]],
  ])('selects range keys %s', async (test, expected) => {
    const values = { ':x': { N: '2' }, ...(test.includes(':y') ? { ':y': { N: '4.5' } } : {}) };
    expect(sks(await query(inA(` AND sk ${test}`, values)))).toEqual(expected);
    expect(sks(await query({ ...inA(` AND sk ${test}`, values), ScanIndexForward: false }))).toEqual(
      [...expected].reverse(),
    );
  });

  it('takes a condition in either order and from either side', async () => {
    const input = {
      KeyConditionExpression: ':x < sk AND #p = :pk',
      ExpressionAttributeNames: { '#p': 'pk' },
      ExpressionAttributeValues: { ':pk': { S: 'a' }, ':x': { N: '4' } },
    };
    expect(sks(await query(input))).toEqual([5, 6]);
  });

  it('counts Limit before the filter, so a page can be empty and have a next one', async () => {
    const input = {
      ...inA('', { ':five': { S: 'note 5' } }),
      FilterExpression: 'note = :five',
      Limit: 3,
    };
    const all = await pages((ExclusiveStartKey) => query({ ...input, ExclusiveStartKey }));
    expect(all.map(({ Count, ScannedCount }) => [Count, ScannedCount])).toEqual([
      [0, 3],
      [0, 3],
      [1, 3],
      [0, 1],
    ]);
    expect(all[0]?.LastEvaluatedKey).toEqual({ pk: { S: 'a' }, sk: { N: '-1' } });
  });

  it('has a last key whenever the limit is reached, even at the very end', async () => {
    const all = await pages((ExclusiveStartKey) => query({ ...inA(), Limit: 5, ExclusiveStartKey }));
    expect(all.map(({ Count }) => Count)).toEqual([5, 5, 0]);
  });

  it('goes on from a key that has been deleted, and backwards', async () => {
    const from = { pk: { S: 'a' }, sk: { N: '2.5' } };
    expect(sks(await query({ ...inA(), ExclusiveStartKey: from }))).toEqual([3, 4, 5, 6]);
    expect(sks(await query({ ...inA(), ExclusiveStartKey: from, ScanIndexForward: false }))).toEqual([
      2, 1, 0, -1, -2, -3,
    ]);
  });

  it('counts without items, or gives parts of them', async () => {
    const counted = await query({ ...inA(), Select: 'COUNT' });
    expect(counted).toMatchObject({ Count: 10, ScannedCount: 10 });
    expect(counted.Items).toBeUndefined();
    const { Items } = await query({ ...inA(' AND sk = :x', { ':x': { N: '1' } }), ProjectionExpression: 'note' });
    expect(Items).toEqual([{ note: { S: 'note 1' } }]);
  });

  it.each([
    [{}, 'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.'],
    [inA(' OR sk = :pk'), 'Invalid operator used in KeyConditionExpression: OR'],
    [inA(' AND sk <> :pk'), 'Invalid operator used in KeyConditionExpression: <>'],
    [inA(' AND attribute_exists(sk)'), 'Invalid operator used in KeyConditionExpression: attribute_exists'],
    [inA(' AND pk = :pk'), 'KeyConditionExpressions must only contain one condition per key'],
    [inA(' AND sk = :pk AND note = :pk'), 'Conditions can be of length 1 or 2 only'],
    [inA(' AND note = :pk'), 'Query condition missed key schema element: sk'],
    [
      { KeyConditionExpression: 'sk = :x', ExpressionAttributeValues: { ':x': { N: '1' } } },
      'Query condition missed key schema element: pk',
    ],
    [
      { KeyConditionExpression: 'pk > :x', ExpressionAttributeValues: { ':x': { S: 'a' } } },
      'Query key condition not supported',
    ],
    [
      { KeyConditionExpression: 'pk = :x', ExpressionAttributeValues: { ':x': { N: '1' } } },
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    ],
    [
      { KeyConditionExpression: 'pk = :x', ExpressionAttributeValues: { ':x': { S: '' } } },
      'One or more parameter values are not valid. ' +
        'The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    ],
    [inA(' AND size(sk) = :pk'), 'KeyConditionExpressions cannot contain nested operations'],
    [inA(' AND sk.deep = :pk'), 'KeyConditionExpressions cannot have conditions on nested attributes'],
    [
      inA(' AND sk > note'),
      'Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
    ],
    [inA(' AND :pk = :pk'), 'Invalid condition in KeyConditionExpression: No key attribute specified'],
    [
      inA(' AND begins_with(:pk, sk)'),
      'Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand',
    ],
    [
      { ...inA(), FilterExpression: 'sk = :pk' },
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
    ],
    [{ ...inA(), IndexName: 'nowhere' }, 'The table does not have the specified index: nowhere'],
    [
      { ...inA(), IndexName: 'by-owner', ConsistentRead: true },
      'Consistent reads are not supported on global secondary indexes',
    ],
    [{ ...inA(), ExclusiveStartKey: { pk: { S: 'a' } } }, 'The provided starting key is invalid'],
    [
      { ...inA(), ExclusiveStartKey: { pk: { S: 'a' }, sk: { S: '1' } } },
      'The provided starting key is invalid: The provided key element does not match the schema',
    ],
    [
      { ...inA(), ExclusiveStartKey: { pk: { S: 'b' }, sk: { N: '1' } } },
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
    [
      { ...inA(' AND sk > :x', { ':x': { N: '1' } }), ExclusiveStartKey: { pk: { S: 'a' }, sk: { N: '1' } } },
      'The provided starting key does not match the range key predicate',
    ],
    [
      { ...inA(), Select: 'ALL_PROJECTED_ATTRIBUTES' as const },
      'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName',
    ],
    [
      { ...inA(), Select: 'COUNT' as const, ProjectionExpression: 'note' },
      'Cannot specify the ProjectionExpression when choosing to get only the Count',
    ],
    [
      { ...inA(), ProjectionExpression: 'note, note.x' },
      'Invalid ProjectionExpression: Two document paths overlap with each other; ' +
        'must remove or rewrite one of these paths; path one: [note], path two: [note, x]',
    ],
    [
      { ...inA(), ProjectionExpression: 'note,' },
      'Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","',
    ],
    [
      { ...inA(), Limit: 0 },
      "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: " +
        'Member must have value greater than or equal to 1',
    ],
  ])('refuses %j', async (input, message) => {
    expect(await refused(query(input))).toBe(`ValidationException: ${message}`);
  });
});

describe('a global index', () => {
  const byOwner = {
    IndexName: 'by-owner',
    KeyConditionExpression: '#o = :zoe',
    ExpressionAttributeNames: { '#o': 'owner' },
    ExpressionAttributeValues: { ':zoe': { S: 'zoe' } },
  };

  it('holds only items with its keys, in its order, with what it projects', async () => {
    const { Items = [] } = await query(byOwner);
    expect(Items.map((item) => Number(item.placed?.N))).toEqual([94, 96, 96, 98, 98, 100, 100, 102]);
    expect(Object.keys(Items[0] ?? {}).sort()).toEqual(['owner', 'pk', 'placed', 'sk']);
  });

  it('pages through equal index keys without losing or repeating any', async () => {
    for (const ScanIndexForward of [true, false]) {
      const all = await pages((ExclusiveStartKey) =>
        query({ ...byOwner, Limit: 1, ExclusiveStartKey, ScanIndexForward }),
      );
      const keys = all.flatMap(({ Items = [] }) => Items.map(({ pk, sk }) => `${pk?.S}${sk?.N}`));
      expect(keys).toHaveLength(8);
      expect(new Set(keys).size).toBe(8);
      expect(all[0]?.LastEvaluatedKey).toEqual(all[0]?.Items?.[0]);
    }
  });

  it('does not know what it does not hold', async () => {
    expect(await refused(query({ ...byOwner, Select: 'ALL_ATTRIBUTES' }))).toBe(
      'ValidationException: One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported ' +
        'for global secondary index by-owner because its projection type is not ALL',
    );
    expect(await refused(query({ ...byOwner, ProjectionExpression: 'note, pk' }))).toBe(
      'ValidationException: One or more parameter values were invalid: ' +
        'Global secondary index by-owner does not project [note]',
    );
    const filtered = await query({ ...byOwner, FilterExpression: 'attribute_exists(note)' });
    expect(filtered).toMatchObject({ Count: 0, ScannedCount: 8 });
  });

  it('is touched under its own ARN', async () => {
    aws.clearCalls();
    await query(byOwner);
    await scan({ IndexName: 'by-owner' });
    const resource = 'arn:aws:dynamodb:eu-west-1:123456789012:table/events/index/by-owner';
    expect(aws.calls().map(({ touched }) => touched)).toEqual([
      [{ action: 'dynamodb:Query', resource }],
      [{ action: 'dynamodb:Scan', resource }],
    ]);
  });
});

describe('a local index', () => {
  const byKind = {
    IndexName: 'by-kind',
    KeyConditionExpression: 'pk = :pk AND begins_with(kind, :k)',
    ExpressionAttributeValues: { ':pk': { S: 'a' }, ':k': { S: 'k' } },
  };

  it('orders a partition by another attribute and fetches the rest from the table', async () => {
    const { Items = [] } = await query({ ...byKind, ConsistentRead: true });
    const held = (n: number, placed?: string) => ({
      pk: { S: 'a' },
      sk: { N: String(n) },
      kind: { S: `k${n}` },
      ...(placed === undefined ? {} : { placed: { N: placed } }),
    });
    expect(Items).toEqual([held(-3), held(0, '100'), held(3), held(6, '94')]);
    const whole = await query({ ...byKind, Select: 'ALL_ATTRIBUTES', Limit: 1 });
    expect(whole.Items?.[0]?.note).toEqual({ S: 'note -3' });
    expect(whole.LastEvaluatedKey).toEqual({ pk: { S: 'a' }, sk: { N: '-3' }, kind: { S: 'k-3' } });
  });
});

describe('an index follows its table', () => {
  it('when items get, change and lose its keys, and when it is made later', async () => {
    const Key = { pk: { S: 'moving' }, sk: { N: '1' } };
    const owned = async (IndexName: string, owner: string) =>
      sks(
        await query({
          IndexName,
          KeyConditionExpression: '#o = :o',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: { ':o': { S: owner } },
        }),
      );
    const set = (UpdateExpression: string, values?: Record<string, { S: string } | { N: string }>) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression,
          ExpressionAttributeNames: { '#o': 'owner' },
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        }),
      );
    await set('SET #o = :o', { ':o': { S: 'ann' } });
    expect(await owned('by-owner', 'ann')).toEqual([]);
    await client.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'owner', AttributeType: 'S' }],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'owners',
              KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          },
        ],
      }),
    );
    expect(await owned('owners', 'ann')).toEqual([1]);
    await set('SET #o = :o, placed = :at', { ':o': { S: 'bob' }, ':at': { N: '1' } });
    expect([await owned('owners', 'ann'), await owned('owners', 'bob'), await owned('by-owner', 'bob')]).toEqual([
      [],
      [1],
      [1],
    ]);
    await set('REMOVE #o');
    expect([await owned('owners', 'bob'), await owned('by-owner', 'bob')]).toEqual([[], []]);
  });
});

describe('Scan', () => {
  const seen = (outputs: Array<Pick<QueryCommandOutput, 'Items'>>) =>
    outputs.flatMap(({ Items = [] }) => Items.map(({ pk, sk }) => `${pk?.S}${sk?.N}`)).sort();

  it('gives every item once, over pages and over segments', async () => {
    const whole = seen([await scan({})]);
    expect(whole.length).toBeGreaterThanOrEqual(15);
    expect(seen(await pages((ExclusiveStartKey) => scan({ ExclusiveStartKey, Limit: 2 })))).toEqual(whole);
    const segments = await Promise.all(
      [0, 1, 2].map((Segment) =>
        pages((ExclusiveStartKey) => scan({ ExclusiveStartKey, Limit: 2, Segment, TotalSegments: 3 })),
      ),
    );
    expect(seen(segments.flat())).toEqual(whole);
  });

  it('ends a page with the item that passes 1 MB, counted before the filter', async () => {
    const big = 'big';
    await client.send(
      new CreateTableCommand({
        TableName: big,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    for (let n = 1; n <= 7; n += 1) {
      const Item = { pk: { N: String(n) }, v: { S: 'x'.repeat(300 * 1024) } };
      await client.send(new PutItemCommand({ TableName: big, Item }));
    }
    const all = await pages((ExclusiveStartKey) =>
      client.send(new ScanCommand({ TableName: big, ExclusiveStartKey, FilterExpression: 'attribute_not_exists(v)' })),
    );
    expect(all.map(({ Count, ScannedCount }) => [Count, ScannedCount])).toEqual([
      [0, 4],
      [0, 3],
    ]);
  });

  it.each([
    [
      { Segment: 0 },
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    ],
    [
      { TotalSegments: 2 },
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    ],
    [
      { Segment: 2, TotalSegments: 2 },
      'The Segment parameter is zero-based and must be less than parameter TotalSegments: ' +
        'Segment: 2 is not less than TotalSegments: 2',
    ],
    [{ ExclusiveStartKey: {} }, 'The provided starting key is invalid'],
  ])('refuses %j', async (input, message) => {
    expect(await refused(scan(input))).toBe(`ValidationException: ${message}`);
  });

  it('refuses a start key of another segment', async () => {
    const ExclusiveStartKey = { pk: { S: 'a' }, sk: { N: '1' } };
    const answers = await Promise.all(
      [0, 1].map((Segment) => refused(scan({ ExclusiveStartKey, Segment, TotalSegments: 2 }))),
    );
    expect(answers.filter((answer) => answer.includes('with correct Segment'))).toHaveLength(1);
  });
});
