// DynamoDB through SDK v3, lib-dynamodb and, where it is installed, the AWS CLI. Written from the developer guide and the API
// reference; each test names the page that it is about where the name of the operation does not.
import { randomUUID } from 'node:crypto';
import type { QueryCommandInput, TransactionCanceledException, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocument, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import { refusal, tableInput, useDynamoDb } from './dynamodb-endpoint.ts';

const dynamodb = useDynamoDb();
const TableName = 'things';
const ReturnConsumedCapacity = 'INDEXES' as const;
const INVALID = 'One or more parameter values were invalid: ';
const key = (pk: string, sk: number | string = 1) => ({ pk: { S: pk }, sk: { N: String(sk) } });

const INDEXES = {
  TableName,
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-owner',
      KeySchema: [
        { AttributeName: 'owner', KeyType: 'HASH' as const },
        { AttributeName: 'sk', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['title'] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by-score',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' as const },
        { AttributeName: 'score', KeyType: 'RANGE' as const },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' as const },
    },
  ],
};

beforeEach(() => dynamodb.client.createTable(tableInput(['pk:S', 'sk:N', 'owner:S', 'score:N'], INDEXES)));

const put = (item: object) => dynamodb.client.putItem({ TableName, Item: item as Record<string, { S: string }> }); // any values
const get = async (wanted = key('a')) => (await dynamodb.client.getItem({ TableName, Key: wanted })).Item;
const invalid = async (call: Promise<unknown>) => {
  const { name, message } = await refusal(call);
  expect(name).toBe('ValidationException');
  return message;
};

describe('numbers ("Data types")', () => {
  it.each([
    ['-0', '0'],
    ['0.000', '0'],
    ['1E3', '1000'],
    ['+007.50', '7.5'],
    ['1e-130', `0.${'0'.repeat(129)}1`],
    ['9.9999999999999999999999999999999999999E+125', `${'9'.repeat(38)}${'0'.repeat(88)}`],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ])('%s is kept as %s', async (given, kept) => {
    await put({ ...key('a'), n: { N: given } });
    expect((await get())?.n).toEqual({ N: kept });
  });

  it.each([
    ['1E126', 'Number overflow. Attempting to store a number with magnitude larger than supported range'],
    ['-1E-131', 'Number underflow. Attempting to store a number with magnitude smaller than supported range'],
    ['1'.repeat(39), 'Attempting to store more than 38 significant digits in a Number'],
    ['NaN', 'The parameter cannot be converted to a numeric value: NaN'],
    ['', 'The parameter cannot be converted to a numeric value'],
  ])('%s is refused', async (N, message) => {
    expect(await invalid(put({ ...key('a'), n: { N } }))).toBe(message);
  });

  it('add exactly', async () => {
    await put({ ...key('a'), n: { N: '0.1' } });
    const ExpressionAttributeValues = { ':n': { N: '0.2' } };
    await dynamodb.client.updateItem({
      TableName,
      Key: key('a'),
      UpdateExpression: 'SET n = n + :n',
      ExpressionAttributeValues,
    });
    expect((await get())?.n).toEqual({ N: '0.3' });
  });

  it('are one key, however written', async () => {
    await put({ ...key('a', '1.0'), v: { S: 'first' } });
    await put({ ...key('a', '1E0'), v: { S: 'second' } });
    expect((await get(key('a', '1')))?.v).toEqual({ S: 'second' });
    expect((await dynamodb.client.scan({ TableName })).Count).toBe(1);
  });
});

describe('limits ("Service quotas")', () => {
  it('an item has at most 400 KB, names included', async () => {
    // pk + a + sk + 1 (2 bytes) + v
    const text = (size: number) => ({ ...key('a'), v: { S: 'x'.repeat(size - 3 - 4 - 1) } });
    await put(text(400 * 1024));
    expect(await invalid(put(text(400 * 1024 + 1)))).toBe('Item size has exceeded the maximum allowed size');
    const growing = dynamodb.client.updateItem({
      TableName,
      Key: key('a'),
      UpdateExpression: 'SET w = :w',
      ExpressionAttributeValues: { ':w': { S: 'x' } },
    });
    expect(await invalid(growing)).toBe('Item size to update has exceeded the maximum allowed size');
  });

  it('a partition key has at most 2048 bytes, a sort key 1024', async () => {
    await put(key('é'.repeat(1024)));
    expect(await invalid(put(key(`${'é'.repeat(1024)}x`)))).toContain('2048 bytes');
    await dynamodb.client.createTable(tableInput(['p:S', 's:S'], { TableName: 'texts' }));
    const text = (size: number) =>
      dynamodb.client.putItem({ TableName: 'texts', Item: { p: { S: 'a' }, s: { S: 'x'.repeat(size) } } });
    await text(1024);
    expect(await invalid(text(1025))).toContain('1024 bytes');
  });

  it('values nest 32 levels deep', async () => {
    const nest = (depth: number): object => (depth === 0 ? { S: 'x' } : { M: { m: nest(depth - 1) } });
    await put({ ...key('a'), v: nest(32) });
    expect(await invalid(put({ ...key('a'), v: nest(33) }))).toContain('Nesting Levels have exceeded supported limits');
  });

  it('an expression has at most 4 KB, and IN 100 operands', async () => {
    const condition = (ConditionExpression: string, names: number) =>
      dynamodb.client.putItem({
        TableName,
        Item: key('a'),
        ConditionExpression,
        ExpressionAttributeValues: Object.fromEntries(
          Array.from({ length: names }, (_, n) => [`:v${n}`, { N: String(n) }]),
        ),
      });
    const list = (count: number) => Array.from({ length: count }, (_, n) => `:v${n}`).join(', ');
    expect((await refusal(condition(`sk IN (${list(100)})`, 100))).name).toBe('ConditionalCheckFailedException');
    expect(await invalid(condition(`sk IN (${list(101)})`, 101))).toContain('too many operands');
    expect(await invalid(condition(`attribute_exists(${'x'.repeat(4096)}) OR pk = :v0`, 1))).toContain(
      'Expression size has exceeded the maximum allowed size',
    );
  });

  it('empty strings and binaries are values, but no keys; sets are never empty', async () => {
    await put({ ...key('a'), s: { S: '' }, b: { B: new Uint8Array() } });
    expect(await get()).toEqual({ ...key('a'), s: { S: '' }, b: { B: new Uint8Array() } });
    expect(await invalid(put(key('')))).toBe(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    );
    expect(await invalid(put({ ...key('a'), owner: { S: '' } }))).toContain('IndexName: by-owner, IndexKey: owner');
    expect(await invalid(put({ ...key('a'), s: { SS: [] } }))).toBe(`${INVALID}An string set  may not be empty`);
    expect(await invalid(put({ ...key('a'), s: { SS: ['x', 'x'] } }))).toBe(
      `${INVALID}Input collection [x, x] contains duplicates.`,
    );
  });

  it('reserved words need a placeholder', async () => {
    const reading = dynamodb.client.getItem({ TableName, Key: key('a'), ProjectionExpression: 'pk, Name' });
    expect(await invalid(reading)).toBe(
      'Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: Name',
    );
  });
});

describe('updates ("Update expressions")', () => {
  const update = (
    UpdateExpression: string,
    values: object = {},
    ReturnValues: 'UPDATED_NEW' | 'UPDATED_OLD' | 'ALL_NEW' = 'UPDATED_NEW',
  ) =>
    dynamodb.client.updateItem({
      TableName,
      Key: key('a'),
      UpdateExpression,
      ReturnValues,
      ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values as Record<string, { N: string }> } : {}), // any values
    });
  const BEFORE = { ...key('a'), m: { M: { b: { S: 'dog' }, c: { L: [{ N: '1' }, { N: '2' }, { N: '3' }] } } } };
  beforeEach(() => put(BEFORE));

  it.each([
    ['SET m.b = :v', { m: { M: { b: { S: 'dog' } } } }, { m: { M: { b: { S: 'new' } } } }],
    ['SET m.c[1] = :v', { m: { M: { c: { L: [{ N: '2' }] } } } }, { m: { M: { c: { L: [{ S: 'new' }] } } } }],
    ['SET m.x = :v', undefined, { m: { M: { x: { S: 'new' } } } }],
    // An element beyond the end is appended, and not returned.
    ['SET m.c[100] = :v', undefined, undefined],
    ['SET z = :v', undefined, { z: { S: 'new' } }],
  ])('%s returns only what it names, within what holds it', async (expression, old, fresh) => {
    const values = { ':v': { S: 'new' } };
    expect((await update(expression, values, 'UPDATED_OLD')).Attributes).toEqual(old);
    await put(BEFORE);
    expect((await update(expression, values, 'UPDATED_NEW')).Attributes).toEqual(fresh);
  });

  it('removing an element returns the one that takes its place', async () => {
    expect((await update('REMOVE m.c[1]')).Attributes).toEqual({ m: { M: { c: { L: [{ N: '3' }] } } } });
    expect((await update('REMOVE m.c[1], m.c[9]', {}, 'UPDATED_OLD')).Attributes).toEqual({
      m: { M: { c: { L: [{ N: '3' }] } } },
    });
    expect((await update('REMOVE m.b')).Attributes).toBeUndefined();
  });

  it('all operands are those from before', async () => {
    await put({ ...key('a'), x: { N: '1' }, y: { N: '2' } });
    expect((await update('SET x = y, y = x')).Attributes).toEqual({ x: { N: '2' }, y: { N: '1' } });
  });

  it('what only takes away creates no item', async () => {
    await dynamodb.client.deleteItem({ TableName, Key: key('a') });
    expect((await update('REMOVE x', {}, 'ALL_NEW')).Attributes).toBeUndefined();
    expect((await update('DELETE x :s', { ':s': { SS: ['a'] } }, 'ALL_NEW')).Attributes).toBeUndefined();
    expect(await get()).toBeUndefined();
    expect((await update('SET x = if_not_exists(x, :n)', { ':n': { N: '1' } })).Attributes).toEqual({ x: { N: '1' } });
  });

  it('<> holds for what is missing, and everything else does not ("Comparison operator and function reference")', async () => {
    const check = (ConditionExpression: string) =>
      dynamodb.client.updateItem({
        TableName,
        Key: key('a'),
        UpdateExpression: 'SET touched = :v',
        ConditionExpression,
        ExpressionAttributeValues: { ':v': { N: '1' } },
      });
    await check('absent <> :v');
    await check('absent <> gone');
    for (const operator of ['=', '<', '<=', '>', '>=']) {
      expect((await refusal(check(`absent ${operator} :v`))).name).toBe('ConditionalCheckFailedException');
    }
    expect((await refusal(check('absent = gone'))).name).toBe('ConditionalCheckFailedException');
  });

  it('a failed condition shows the item when asked', async () => {
    const guarded = {
      TableName,
      Key: key('a'),
      ConditionExpression: 'attribute_exists(z)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    await expect(dynamodb.client.deleteItem(guarded)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: BEFORE,
    });
  });
});

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

describe('batches', () => {
  it('have 25 writes and 100 reads at most, each item once', async () => {
    const writes = (count: number) =>
      dynamodb.client.batchWriteItem({
        RequestItems: {
          [TableName]: Array.from({ length: count }, (_, sk) => ({ PutRequest: { Item: key('a', sk) } })),
        },
      });
    await writes(25);
    expect(await invalid(writes(26))).toContain('Member must have length less than or equal to 25');
    const reads = (sks: readonly number[]) =>
      dynamodb.client.batchGetItem({ RequestItems: { [TableName]: { Keys: sks.map((sk) => key('a', sk)) } } });
    expect((await reads([1, 2, 99])).Responses?.[TableName]).toHaveLength(2);
    expect(await invalid(reads([1, 1]))).toBe('Provided list of item keys contains duplicates');
    expect(await invalid(reads(Array.from({ length: 101 }, (_, sk) => sk)))).toContain('less than or equal to 100');
  });

  it('a read stops at 16 MB and names what is left', async () => {
    const documents = DynamoDBDocument.from(dynamodb.client);
    const Keys = Array.from({ length: 50 }, (_, sk) => ({ pk: 'a', sk }));
    for (const wanted of Keys) await documents.put({ TableName, Item: { ...wanted, v: 'x'.repeat(390 * 1024) } });
    let read = 0;
    let rounds = 0;
    for (
      let RequestItems: Record<string, { Keys: Record<string, unknown>[] | undefined }> = { [TableName]: { Keys } };
      ;
    ) {
      const { Responses, UnprocessedKeys = {} } = await documents.send(new BatchGetCommand({ RequestItems }));
      read += Responses?.[TableName]?.length ?? 0;
      rounds += 1;
      const left = UnprocessedKeys[TableName]?.Keys;
      if (left === undefined) break;
      RequestItems = { [TableName]: { Keys: left } };
    }
    expect([read, rounds]).toEqual([50, 2]);
  });
});

describe('transactions ("Amazon DynamoDB Transactions: How it works")', () => {
  const reasons = async (TransactItems: TransactWriteItem[]) => {
    try {
      await dynamodb.client.transactWriteItems({ TransactItems });
    } catch (error) {
      return (error as TransactionCanceledException).CancellationReasons; // or the expectation fails
    }
    return undefined;
  };

  it('all or nothing, with a reason for each entry and the item where asked', async () => {
    await put({ ...key('b'), v: { S: 'there' } });
    const ConditionExpression = 'attribute_not_exists(pk)';
    const returning = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const };
    expect(
      await reasons([
        { Put: { TableName, Item: key('a') } },
        { Put: { TableName, Item: key('b'), ConditionExpression, ...returning } },
        { ConditionCheck: { TableName, Key: key('b', 2), ConditionExpression: 'attribute_exists(pk)', ...returning } },
        { Put: { TableName, Item: { ...key('c'), owner: { N: '1' } } } },
      ]),
    ).toEqual([
      { Code: 'None' },
      {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        Item: { ...key('b'), v: { S: 'there' } },
      },
      { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      {
        Code: 'ValidationError',
        Message: `${INVALID}Type mismatch for Index Key owner Expected: S Actual: N IndexName: by-owner`,
      },
    ]);
    expect((await dynamodb.client.scan({ TableName })).Count).toBe(1);
  });

  it('a token makes a request once within 10 minutes', async () => {
    const add = (by: string) => ({
      ClientRequestToken: 'token',
      ReturnConsumedCapacity: 'TOTAL' as const,
      TransactItems: [
        {
          Update: {
            TableName,
            Key: key('a'),
            UpdateExpression: 'ADD n :by',
            ExpressionAttributeValues: { ':by': { N: by } },
          },
        },
      ],
    });
    const first = await dynamodb.client.transactWriteItems(add('1'));
    expect(first.ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 2, WriteCapacityUnits: 2 }]);
    const again = await dynamodb.client.transactWriteItems(add('1'));
    expect(again.ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 2, ReadCapacityUnits: 2 }]);
    expect((await refusal(dynamodb.client.transactWriteItems(add('2')))).name).toBe(
      'IdempotentParameterMismatchException',
    );
    expect((await get())?.n).toEqual({ N: '1' });
    dynamodb.clock.advance(10 * 60_000);
    await dynamodb.client.transactWriteItems(add('2'));
    expect((await get())?.n).toEqual({ N: '3' });
  });

  it('have 100 entries, each for another item', async () => {
    const entries = (count: number) =>
      Array.from({ length: count }, (_, sk) => ({ Put: { TableName, Item: key('a', sk) } }));
    await dynamodb.client.transactWriteItems({ TransactItems: entries(100) });
    expect(await invalid(dynamodb.client.transactWriteItems({ TransactItems: entries(101) }))).toContain(
      'Member must have length less than or equal to 100',
    );
    const twice = [{ Put: { TableName, Item: key('a') } }, { Delete: { TableName, Key: key('a') } }];
    expect(await invalid(dynamodb.client.transactWriteItems({ TransactItems: twice }))).toBe(
      'Transaction request cannot include multiple operations on one item',
    );
  });

  it('of several clients on one item conflict or go through, and lose nothing', async () => {
    let done = 0;
    const add = async () => {
      const Update = {
        TableName,
        Key: key('a'),
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      };
      try {
        await dynamodb.client.transactWriteItems({ TransactItems: [{ Update }], ClientRequestToken: randomUUID() });
        done += 1;
      } catch (error) {
        expect((error as TransactionCanceledException).CancellationReasons).toEqual([
          { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' },
        ]);
      }
    };
    await Promise.all(Array.from({ length: 20 }, add));
    expect(done).toBeGreaterThan(0);
    expect((await get())?.n).toEqual({ N: String(done) });
  });
});

describe('tables', () => {
  it('are protected, tagged, encrypted and described', async () => {
    const { Table } = await dynamodb.client.describeTable({ TableName });
    const ResourceArn = Table?.TableArn;
    await dynamodb.client.updateTable({ TableName, SSESpecification: { Enabled: true, SSEType: 'KMS' } });
    await dynamodb.client.updateTable({ TableName, DeletionProtectionEnabled: true });
    expect(await invalid(dynamodb.client.deleteTable({ TableName }))).toContain('protected against deletion');
    await dynamodb.client.tagResource({ ResourceArn, Tags: [{ Key: 'team', Value: 'a' }] });
    expect((await dynamodb.client.listTagsOfResource({ ResourceArn })).Tags).toEqual([{ Key: 'team', Value: 'a' }]);
    expect((await dynamodb.client.describeTable({ TableName })).Table).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      DeletionProtectionEnabled: true,
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
    });
    await dynamodb.client.updateTable({ TableName, DeletionProtectionEnabled: false });
    await dynamodb.client.deleteTable({ TableName });
    expect(await refusal(dynamodb.client.describeTable({ TableName }))).toEqual({
      name: 'ResourceNotFoundException',
      message: `Requested resource not found: Table: ${TableName} not found`,
    });
    expect((await refusal(get())).message).toBe('Requested resource not found');
  });

  it('keep a resource policy, by revision', async () => {
    const ResourceArn = (await dynamodb.client.describeTable({ TableName })).Table?.TableArn;
    const missing = dynamodb.client.getResourcePolicy({ ResourceArn });
    expect((await refusal(missing)).name).toBe('PolicyNotFoundException');
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    const first = { ResourceArn, Policy, ExpectedRevisionId: 'NO_POLICY' };
    const { RevisionId } = await dynamodb.client.putResourcePolicy(first);
    expect(await dynamodb.client.getResourcePolicy({ ResourceArn })).toMatchObject({ Policy, RevisionId });
    expect((await refusal(dynamodb.client.putResourcePolicy({ ...first, Policy: '{}' }))).name).toBe(
      'PolicyNotFoundException',
    );
    expect((await dynamodb.client.deleteResourcePolicy({ ResourceArn })).RevisionId).toBe(RevisionId);
  });

  it('have limits and an endpoint, and what is not here says so', async () => {
    expect(await dynamodb.client.describeLimits({})).toMatchObject({ TableMaxReadCapacityUnits: 40_000 });
    expect((await dynamodb.client.describeEndpoints({})).Endpoints).toEqual([
      { Address: new URL(dynamodb.url).host, CachePeriodInMinutes: 1440 },
    ]);
    await expect(dynamodb.client.listBackups({})).rejects.toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    });
  });

  it('delete what expired on the clock, two days late ("Using time to live")', async () => {
    const TimeToLiveSpecification = { AttributeName: 'until', Enabled: true };
    await dynamodb.client.updateTimeToLive({ TableName, TimeToLiveSpecification });
    const nowSeconds = Math.floor(dynamodb.clock.now() / 1000);
    const fiveYears = 5 * 365 * 24 * 3600;
    await put({ ...key('soon'), until: { N: String(nowSeconds + 60) } });
    await put({ ...key('text'), until: { S: String(nowSeconds) } });
    await put({ ...key('long ago'), until: { N: String(nowSeconds - fiveYears - 10) } });
    dynamodb.clock.advance(61_000);
    expect((await dynamodb.client.scan({ TableName })).Count).toBe(3);
    dynamodb.clock.advance(48 * 3_600_000);
    expect((await dynamodb.client.scan({ TableName })).Items?.map(({ pk }) => pk?.S).sort()).toEqual([
      'long ago',
      'text',
    ]);
  });
});

describe.runIf(hasAwsCli)('through the AWS CLI', { timeout: 180_000 }, () => {
  it('items are written, queried and refused', async () => {
    const cli = (...args: string[]) => awsCli(dynamodb.url, 'dynamodb', ...args);
    await cli('put-item', '--table-name', TableName, '--item', JSON.stringify({ ...key('a'), v: { S: 'x' } }));
    const found = await cli(
      'query',
      '--table-name',
      TableName,
      '--key-conditions',
      JSON.stringify({ pk: { AttributeValueList: [{ S: 'a' }], ComparisonOperator: 'EQ' } }),
      '--return-consumed-capacity',
      'TOTAL',
    );
    expect(found).toMatchObject({ Count: 1, Items: [{ v: { S: 'x' } }], ConsumedCapacity: { CapacityUnits: 0.5 } });
    const refused = cli('get-item', '--table-name', 'nothing', '--key', JSON.stringify(key('a')));
    await expect(refused).rejects.toThrow(/ResourceNotFoundException.*Requested resource not found/);
  });
});
