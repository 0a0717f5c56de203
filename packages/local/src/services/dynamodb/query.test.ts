import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { aws, pages, prepareItems, query, refused, scan, sks } from './query-and-scan.fixture.ts';

prepareItems();

const inA = (
  condition = '',
  values: Record<string, { N: string } | { S: string }> = {},
): Partial<QueryCommandInput> => ({
  KeyConditionExpression: `pk = :pk${condition}`,
  ExpressionAttributeValues: { ':pk': { S: 'a' }, ...values },
});

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
