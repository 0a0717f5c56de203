import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import {
  dynamodb,
  INVALID,
  invalid,
  key,
  prepareTable,
  put,
  ReturnConsumedCapacity,
  TableName,
} from './dynamodb.fixture.ts';

prepareTable();

describe('reading in pages ("Querying tables", "Scanning tables")', () => {
  const query = (input: Partial<QueryCommandInput>) =>
    dynamodb.client.query({
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'a' }, ...input.ExpressionAttributeValues },
      ...Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'ExpressionAttributeValues')),
    });

  it('a page ends with the item that goes over 1 MB, before the filter', async () => {
    for (let sk = 0; sk < 7; sk += 1) await put({ ...key('a', sk), v: { S: 'x'.repeat(300 * 1024) } });
    const first = await query({ FilterExpression: 'attribute_exists(nope)' });
    expect(first).toMatchObject({ Count: 0, ScannedCount: 4, LastEvaluatedKey: key('a', 3) });
    const counts: number[] = [];
    for await (const page of paginateQuery(
      { client: DynamoDBDocument.from(dynamodb.client) },
      { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'a' } },
    )) {
      counts.push(page.Items?.length ?? 0);
    }
    expect(counts).toEqual([4, 3]);
  });

  it('Limit counts before the filter, and the last page may be empty', async () => {
    for (let sk = 0; sk < 4; sk += 1) await put({ ...key('a', sk), ...(sk % 2 ? { odd: { BOOL: true } } : {}) });
    const first = await query({ Limit: 2, FilterExpression: 'attribute_exists(odd)' });
    expect(first).toMatchObject({ Count: 1, ScannedCount: 2, LastEvaluatedKey: key('a', 1) });
    const second = await query({ Limit: 2, ExclusiveStartKey: first.LastEvaluatedKey });
    expect(second.LastEvaluatedKey).toEqual(key('a', 3));
    expect(await query({ Limit: 2, ExclusiveStartKey: second.LastEvaluatedKey })).toMatchObject({
      Count: 0,
      Items: [],
    });
  });

  it('an index pages through items with equal keys, and its last key has all keys', async () => {
    for (const pk of ['a', 'b', 'c', 'd', 'e'])
      await put({ ...key(pk), owner: { S: 'me' }, title: { S: pk }, hidden: { S: 'x' } });
    const seen: string[] = [];
    let ExclusiveStartKey: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await dynamodb.client.query({
        TableName,
        IndexName: 'by-owner',
        KeyConditionExpression: '#o = :me AND sk = :one',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':me': { S: 'me' }, ':one': { N: '1' } },
        Limit: 2,
        ExclusiveStartKey,
      });
      for (const item of page.Items ?? []) {
        expect(Object.keys(item).sort()).toEqual(['owner', 'pk', 'sk', 'title']);
        seen.push(item.title?.S ?? '');
      }
      ExclusiveStartKey = page.LastEvaluatedKey;
      if (ExclusiveStartKey !== undefined) expect(Object.keys(ExclusiveStartKey).sort()).toEqual(['owner', 'pk', 'sk']);
    } while (ExclusiveStartKey !== undefined);
    expect(seen.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('Select chooses what comes back', async () => {
    await put({ ...key('a'), score: { N: '5' }, other: { S: 'x' } });
    const score = { IndexName: 'by-score' };
    expect((await query({ ...score })).Items).toEqual([{ ...key('a'), score: { N: '5' } }]);
    expect((await query({ ...score, Select: 'ALL_ATTRIBUTES' })).Items?.[0]?.other).toEqual({ S: 'x' });
    expect(await query({ ...score, Select: 'COUNT' })).toMatchObject({ Count: 1, ScannedCount: 1 });
    expect((await query({ ...score, Select: 'COUNT' })).Items).toBeUndefined();
    const all = dynamodb.client.scan({ TableName, IndexName: 'by-owner', Select: 'ALL_ATTRIBUTES' });
    expect(await invalid(all)).toContain(
      'Select type ALL_ATTRIBUTES is not supported for global secondary index by-owner',
    );
    const consistent = dynamodb.client.scan({ TableName, IndexName: 'by-owner', ConsistentRead: true });
    expect(await invalid(consistent)).toBe('Consistent reads are not supported on global secondary indexes');
  });

  it('a parallel scan reads everything once', async () => {
    for (let n = 0; n < 40; n += 1) await put(key(`p${n}`));
    const parts = await Promise.all(
      [0, 1, 2, 3].map((Segment) => dynamodb.client.scan({ TableName, Segment, TotalSegments: 4 })),
    );
    const found = parts.flatMap(({ Items = [] }) => Items.map(({ pk }) => pk?.S));
    expect(found).toHaveLength(40);
    expect(new Set(found).size).toBe(40);
    expect(parts.every(({ Count }) => (Count ?? 0) > 0)).toBe(true);
  });
});

describe('indexes', () => {
  it('are made, filled, changed and deleted ("Managing global secondary indexes")', async () => {
    await put({ ...key('a'), colour: { S: 'red' }, size: { N: '1' } });
    await put({ ...key('b') });
    const { TableDescription } = await dynamodb.client.updateTable({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'colour', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'by-colour',
            KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        },
      ],
    });
    expect(TableDescription?.TableStatus).toBe('UPDATING');
    const scan = () => dynamodb.client.scan({ TableName, IndexName: 'by-colour' });
    // Sparse: who has no colour is not in it.
    expect((await scan()).Items).toEqual([{ ...key('a'), colour: { S: 'red' } }]);
    await put({ ...key('a'), colour: { S: 'blue' } });
    expect((await scan()).Items).toEqual([{ ...key('a'), colour: { S: 'blue' } }]);
    await put(key('a'));
    expect((await scan()).Items).toEqual([]);
    expect(await invalid(put({ ...key('a'), colour: { N: '1' } }))).toBe(
      `${INVALID}Type mismatch for Index Key colour Expected: S Actual: N IndexName: by-colour`,
    );
    await dynamodb.client.updateTable({
      TableName,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-colour' } }],
    });
    expect(await invalid(scan())).toBe('The table does not have the specified index: by-colour');
    const { Table } = await dynamodb.client.describeTable({ TableName });
    expect(Table?.AttributeDefinitions?.map(({ AttributeName }) => AttributeName)).not.toContain('colour');
  });

  it('local ones give item collection metrics', async () => {
    const { ItemCollectionMetrics } = await dynamodb.client.putItem({
      TableName,
      Item: key('a'),
      ReturnItemCollectionMetrics: 'SIZE',
    });
    expect(ItemCollectionMetrics).toEqual({ ItemCollectionKey: { pk: { S: 'a' } }, SizeEstimateRangeGB: [0, 1] });
  });
});

describe('consumed capacity ("DynamoDB throughput capacity")', () => {
  const sized = (pk: string, kilobytes: number, more: object = {}) => ({
    ...key(pk),
    v: { S: 'x'.repeat(kilobytes * 1024 - 100) },
    ...more,
  });

  it('reads cost a unit for 4 KB, half when eventually consistent, twice in transactions', async () => {
    await put(sized('a', 9));
    const read = (ConsistentRead: boolean) =>
      dynamodb.client.getItem({ TableName, Key: key('a'), ConsistentRead, ReturnConsumedCapacity: 'TOTAL' });
    expect((await read(true)).ConsumedCapacity).toEqual({ TableName, CapacityUnits: 3 });
    expect((await read(false)).ConsumedCapacity).toEqual({ TableName, CapacityUnits: 1.5 });
    const { ConsumedCapacity } = await dynamodb.client.transactGetItems({
      TransactItems: [{ Get: { TableName, Key: key('a') } }],
      ReturnConsumedCapacity: 'TOTAL',
    });
    expect(ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 6, ReadCapacityUnits: 6 }]);
  });

  it('writes cost a unit for 1 KB, in the table and in every index that they change', async () => {
    const write = async (Item: object) =>
      (
        await dynamodb.client.putItem({
          TableName,
          Item: Item as Record<string, { S: string }>,
          ReturnConsumedCapacity,
        })
      ).ConsumedCapacity; // any values
    expect(await write(sized('a', 3))).toEqual({ TableName, CapacityUnits: 3, Table: { CapacityUnits: 3 } });
    expect(await write(sized('a', 2, { owner: { S: 'me' }, score: { N: '1' } }))).toEqual({
      TableName,
      CapacityUnits: 5,
      Table: { CapacityUnits: 3 },
      GlobalSecondaryIndexes: { 'by-owner': { CapacityUnits: 1 } },
      LocalSecondaryIndexes: { 'by-score': { CapacityUnits: 1 } },
    });
    // Nothing that the indexes hold changes.
    expect(await write(sized('a', 1, { owner: { S: 'me' }, score: { N: '1' } }))).toMatchObject({ CapacityUnits: 2 });
    // A new index key is a delete and a put.
    expect(await write(sized('a', 1, { owner: { S: 'you' }, score: { N: '1' } }))).toMatchObject({
      CapacityUnits: 3,
      GlobalSecondaryIndexes: { 'by-owner': { CapacityUnits: 2 } },
    });
  });

  it('an index that is read is charged, and the table for what it does not hold', async () => {
    await put({ ...sized('a', 5), score: { N: '1' } });
    const read = async (Select?: 'ALL_ATTRIBUTES') =>
      (
        await dynamodb.client.query({
          TableName,
          IndexName: 'by-score',
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'a' } },
          ReturnConsumedCapacity,
          ...(Select === undefined ? {} : { Select }),
        })
      ).ConsumedCapacity;
    const LocalSecondaryIndexes = { 'by-score': { CapacityUnits: 0.5 } };
    expect(await read()).toEqual({ TableName, CapacityUnits: 0.5, Table: { CapacityUnits: 0 }, LocalSecondaryIndexes });
    expect(await read('ALL_ATTRIBUTES')).toEqual({
      TableName,
      CapacityUnits: 1.5,
      Table: { CapacityUnits: 1 },
      LocalSecondaryIndexes,
    });
  });
});
