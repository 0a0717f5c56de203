// The parameters of the time before expressions. Source: "Legacy conditional parameters" in the
// developer guide; what it leaves open, from the tests that ScyllaDB runs against DynamoDB itself.
import type { QueryCommandInput, ScanCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, tableInput, useDynamoDb } from './dynamodb-endpoint.ts';

const dynamodb = useDynamoDb();
const TableName = 'things';
const Key = { pk: { S: 'a' }, sk: { N: '1' } };
const ITEM = {
  ...Key,
  n: { N: '5' },
  s: { S: 'hello' },
  ns: { NS: ['1', '2'] },
  l: { L: [{ N: '2' }] },
  b: { B: new Uint8Array([1, 2, 3]) },
};

beforeEach(async () => {
  await dynamodb.client.createTable(tableInput(['pk:S', 'sk:N']));
  await dynamodb.client.putItem({ TableName, Item: ITEM });
});

const update = (input: Partial<UpdateItemCommandInput>) =>
  dynamodb.client.updateItem({ TableName, Key, ReturnValues: 'ALL_NEW', ...input });
const get = async () => (await dynamodb.client.getItem({ TableName, Key })).Item;

describe('Expected', () => {
  const put = (Expected: UpdateItemCommandInput['Expected'], ConditionalOperator?: 'AND' | 'OR') =>
    dynamodb.client.putItem({ TableName, Item: { ...ITEM, done: { BOOL: true } }, Expected, ConditionalOperator });

  it.each([
    ['EQ', { n: { ComparisonOperator: 'EQ', AttributeValueList: [{ N: '5.0' }] } }],
    ['EQ of a set in another order', { ns: { ComparisonOperator: 'EQ', AttributeValueList: [{ NS: ['2', '1'] }] } }],
    ['NE', { n: { ComparisonOperator: 'NE', AttributeValueList: [{ S: '5' }] } }],
    ['NE of a missing attribute', { no: { ComparisonOperator: 'NE', AttributeValueList: [{ S: 'x' }] } }],
    ['LE', { n: { ComparisonOperator: 'LE', AttributeValueList: [{ N: '5' }] } }],
    ['LT', { n: { ComparisonOperator: 'LT', AttributeValueList: [{ N: '10' }] } }],
    ['GE', { s: { ComparisonOperator: 'GE', AttributeValueList: [{ S: 'hello' }] } }],
    ['GT', { n: { ComparisonOperator: 'GT', AttributeValueList: [{ N: '4' }] } }],
    ['NULL', { no: { ComparisonOperator: 'NULL' } }],
    ['NOT_NULL', { n: { ComparisonOperator: 'NOT_NULL' } }],
    ['CONTAINS in a string', { s: { ComparisonOperator: 'CONTAINS', AttributeValueList: [{ S: 'ell' }] } }],
    ['CONTAINS in a set', { ns: { ComparisonOperator: 'CONTAINS', AttributeValueList: [{ N: '2' }] } }],
    ['CONTAINS in a list', { l: { ComparisonOperator: 'CONTAINS', AttributeValueList: [{ N: '2' }] } }],
    ['NOT_CONTAINS', { s: { ComparisonOperator: 'NOT_CONTAINS', AttributeValueList: [{ S: 'dog' }] } }],
    ['BEGINS_WITH', { s: { ComparisonOperator: 'BEGINS_WITH', AttributeValueList: [{ S: 'he' }] } }],
    ['IN', { n: { ComparisonOperator: 'IN', AttributeValueList: [{ N: '1' }, { N: '5' }] } }],
    ['BETWEEN', { n: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ N: '5' }, { N: '6' }] } }],
    ['Value', { n: { Value: { N: '5' } } }],
    ['Value with an operator', { n: { Value: { N: '4' }, ComparisonOperator: 'GT' } }],
    ['Exists with Value', { n: { Exists: true, Value: { N: '5' } } }],
    ['Exists: false', { no: { Exists: false } }],
    ['all of several', { no: { Exists: false }, n: { Value: { N: '5' } } }],
  ] as const)('holds: %s', async (_name, Expected) => {
    await put(Expected as unknown as UpdateItemCommandInput['Expected']); // readonly lists, which the SDK only reads
    expect((await get())?.done).toEqual({ BOOL: true });
  });

  it.each([
    ['EQ', { n: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: '5' }] } }],
    [
      'NOT_CONTAINS of a missing attribute',
      { no: { ComparisonOperator: 'NOT_CONTAINS', AttributeValueList: [{ S: 'x' }] } },
    ],
    ['LT across types', { n: { ComparisonOperator: 'LT', AttributeValueList: [{ S: 'x' }] } }],
    ['Exists: false', { n: { Exists: false } }],
    ['one of several', { no: { Exists: false }, n: { Value: { N: '6' } } }],
  ] as const)('does not hold: %s', async (_name, Expected) => {
    const refused = await refusal(put(Expected as unknown as UpdateItemCommandInput['Expected'])); // as above
    expect(refused).toEqual({ name: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
    expect(await get()).toEqual(ITEM);
  });

  it('with OR needs one of several', async () => {
    await put({ no: { Exists: false }, n: { Value: { N: '6' } } }, 'OR');
    expect((await get())?.done).toEqual({ BOOL: true });
  });

  it.each([
    [{ a: {} }, 'Value must be provided when Exists is null for Attribute: a'],
    [{ a: { Exists: true } }, 'Value must be provided when Exists is true for Attribute: a'],
    [{ a: { Exists: false, Value: { S: 'x' } } }, 'Value cannot be used when Exists is false for Attribute: a'],
    [
      { a: { ComparisonOperator: 'EQ' } },
      'Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a',
    ],
    [
      { a: { AttributeValueList: [{ S: 'x' }] } },
      'AttributeValueList can only be used with a ComparisonOperator for Attribute: a',
    ],
    [
      { a: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ S: 'x' }] } },
      'Invalid number of argument(s) for the BETWEEN ComparisonOperator',
    ],
    [
      { a: { ComparisonOperator: 'IN', AttributeValueList: [{ S: 'x' }, { N: '1' }] } },
      'AttributeValues inside AttributeValueList must be of same type',
    ],
    [
      { a: { ComparisonOperator: 'BEGINS_WITH', AttributeValueList: [{ N: '1' }] } },
      'ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type',
    ],
  ] as const)('refuses %j', async (Expected, reason) => {
    const refused = await refusal(put(Expected as unknown as UpdateItemCommandInput['Expected'])); // as above
    expect(refused).toEqual({
      name: 'ValidationException',
      message: `One or more parameter values were invalid: ${reason}`,
    });
  });

  it('guards a delete', async () => {
    const Expected = { n: { Value: { N: '6' } } };
    await expect(dynamodb.client.deleteItem({ TableName, Key, Expected })).rejects.toThrow(
      'The conditional request failed',
    );
    await dynamodb.client.deleteItem({ TableName, Key, Expected: { n: { Value: { N: '5' } } } });
    expect(await get()).toBeUndefined();
  });

  it('does not mix with expressions, and ConditionalOperator wants several conditions', async () => {
    const mixed = { Expected: { n: { Exists: false } }, ConditionExpression: 'attribute_exists(n)' };
    expect((await refusal(dynamodb.client.putItem({ TableName, Item: ITEM, ...mixed }))).message).toBe(
      'Can not use both expression and non-expression parameters in the same request: ' +
        'Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}',
    );
    expect((await refusal(put({}, 'AND'))).message).toBe(
      'ConditionalOperator cannot be used without Filter or Expected',
    );
    expect((await refusal(put({ n: { Value: { N: '5' } } }, 'OR'))).message).toBe(
      'ConditionalOperator can only be used when Filter or Expected has two or more elements',
    );
  });
});

describe('AttributeUpdates', () => {
  it('puts, adds and deletes', async () => {
    const { Attributes } = await update({
      AttributeUpdates: {
        s: { Value: { S: 'bye' } },
        n: { Action: 'ADD', Value: { N: '-7' } },
        ns: { Action: 'ADD', Value: { NS: ['3'] } },
        l: { Action: 'ADD', Value: { L: [{ S: 'end' }] } },
        fresh: { Action: 'ADD', Value: { L: [{ S: 'first' }] } },
        b: { Action: 'DELETE' },
      },
    });
    expect(Attributes).toEqual({
      ...Key,
      s: { S: 'bye' },
      n: { N: '-2' },
      ns: { NS: ['1', '2', '3'] },
      l: { L: [{ N: '2' }, { S: 'end' }] },
      fresh: { L: [{ S: 'first' }] },
    });
    const after = await update({ AttributeUpdates: { ns: { Action: 'DELETE', Value: { NS: ['1', '9'] } } } });
    expect(after.Attributes?.ns).toEqual({ NS: ['2', '3'] });
  });

  it('creates an item unless it only deletes', async () => {
    const other = { pk: { S: 'b' }, sk: { N: '1' } };
    const onlyDeletes = await update({ Key: other, AttributeUpdates: { x: { Action: 'DELETE' } } });
    expect(onlyDeletes.Attributes).toBeUndefined();
    const nothing = await update({ Key: other, AttributeUpdates: {} });
    expect(nothing.Attributes).toEqual(other);
  });

  it.each([
    [{ x: {} }, 'Only DELETE action is allowed when no attribute value is specified'],
    [{ x: { Action: 'DELETE', Value: { S: 'a' } } }, 'DELETE action with value is not supported for the type S'],
    [{ x: { Action: 'ADD', Value: { S: 'a' } } }, 'ADD action is not supported for the type S'],
    [{ pk: { Value: { S: 'b' } } }, 'Cannot update attribute pk. This attribute is part of the key'],
  ] as const)('refuses %j', async (AttributeUpdates, reason) => {
    expect((await refusal(update({ AttributeUpdates }))).message).toBe(
      `One or more parameter values were invalid: ${reason}`,
    );
  });

  it('says what does not fit the item', async () => {
    const adding = update({ AttributeUpdates: { s: { Action: 'ADD', Value: { N: '1' } } } });
    expect((await refusal(adding)).message).toBe('Type mismatch for attribute to update');
  });
});

describe('reads', () => {
  beforeEach(async () => {
    for (const sk of [2, 3, 4]) {
      const Item = {
        pk: { S: 'a' },
        sk: { N: String(sk) },
        n: { N: String(sk * 10) },
        ...(sk === 3 ? { odd: { S: 'x' } } : {}),
      };
      await dynamodb.client.putItem({ TableName, Item });
    }
  });
  const pk = { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'a' }] } as const;
  const query = (input: Partial<QueryCommandInput>) => dynamodb.client.query({ TableName, ...input });
  const sortKeys = async (input: Partial<QueryCommandInput>) => (await query(input)).Items?.map(({ sk }) => sk?.N);

  it.each([
    ['LE', [{ N: '2' }], ['1', '2']],
    ['LT', [{ N: '2' }], ['1']],
    ['GE', [{ N: '3' }], ['3', '4']],
    ['GT', [{ N: '3' }], ['4']],
    ['EQ', [{ N: '3' }], ['3']],
    ['BETWEEN', [{ N: '2' }, { N: '3' }], ['2', '3']],
  ] as const)('KeyConditions with %s', async (ComparisonOperator, values, expected) => {
    const sk = { ComparisonOperator, AttributeValueList: [...values] };
    expect(await sortKeys({ KeyConditions: { pk: { ...pk, AttributeValueList: [{ S: 'a' }] }, sk } })).toEqual(
      expected,
    );
  });

  const keyed = { KeyConditions: { pk: { ComparisonOperator: 'EQ' as const, AttributeValueList: [{ S: 'a' }] } } };

  it('QueryFilter and ScanFilter leave out what does not fit, after the limit', async () => {
    const filter = { odd: { ComparisonOperator: 'NULL' as const } };
    expect(await sortKeys({ ...keyed, QueryFilter: filter })).toEqual(['1', '2', '4']);
    const page = await query({ ...keyed, QueryFilter: filter, Limit: 3 });
    expect(page).toMatchObject({ Count: 2, ScannedCount: 3, LastEvaluatedKey: { sk: { N: '3' } } });
    const either: Partial<ScanCommandInput> = {
      ScanFilter: {
        odd: { ComparisonOperator: 'NOT_NULL' },
        n: { ComparisonOperator: 'LT', AttributeValueList: [{ N: '10' }] },
      },
      ConditionalOperator: 'OR',
    };
    const { Items } = await dynamodb.client.scan({ TableName, ...either });
    expect(Items?.map(({ sk }) => sk?.N).sort()).toEqual(['1', '3']);
  });

  it('KeyConditions go with a FilterExpression', async () => {
    const input = { ...keyed, FilterExpression: 'attribute_exists(odd)' };
    expect(await sortKeys(input)).toEqual(['3']);
  });

  it('AttributesToGet picks attributes, in every kind of read', async () => {
    const AttributesToGet = ['n', 'no', 'sk'];
    const picked = { n: { N: '5' }, sk: { N: '1' } };
    expect((await dynamodb.client.getItem({ TableName, Key, AttributesToGet })).Item).toEqual(picked);
    expect((await query({ ...keyed, AttributesToGet, Limit: 1 })).Items).toEqual([picked]);
    expect((await dynamodb.client.scan({ TableName, AttributesToGet, Limit: 1 })).Items).toEqual([picked]);
    const batch = await dynamodb.client.batchGetItem({
      RequestItems: { [TableName]: { Keys: [Key], AttributesToGet } },
    });
    expect(batch.Responses?.[TableName]).toEqual([picked]);
  });

  it.each([
    [{ KeyConditions: {} }, 'Conditions can be of length 1 or 2 only'],
    [{}, 'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.'],
    [
      { KeyConditions: { pk: { ComparisonOperator: 'NE', AttributeValueList: [{ S: 'a' }] } } },
      'Attempted conditional constraint is not an indexable operation',
    ],
    [
      { KeyConditions: { pk: { ComparisonOperator: 'GT', AttributeValueList: [{ S: 'a' }] } } },
      'Query key condition not supported',
    ],
    [
      { KeyConditions: { sk: { ComparisonOperator: 'EQ', AttributeValueList: [{ N: '1' }] } } },
      'Query condition missed key schema element: pk',
    ],
    [
      { ...keyed, QueryFilter: { sk: { ComparisonOperator: 'EQ', AttributeValueList: [{ N: '1' }] } } },
      'QueryFilter can only contain non-primary key attributes: Primary key attribute: sk',
    ],
    [
      { ...keyed, QueryFilter: { n: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ N: '2' }, { N: '1' }] } } },
      'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound',
    ],
    [
      { ...keyed, AttributesToGet: ['n', 'n'] },
      'One or more parameter values were invalid: Duplicate value in attribute name: n',
    ],
    [
      { ...keyed, AttributesToGet: ['n'], FilterExpression: 'attribute_exists(n)', KeyConditionExpression: 'pk = :p' },
      'Can not use both expression and non-expression parameters in the same request: ' +
        'Non-expression parameters: {AttributesToGet, KeyConditions} ' +
        'Expression parameters: {FilterExpression, KeyConditionExpression}',
    ],
  ] as const)('refuses %j', async (input, message) => {
    expect(await refusal(query(input as unknown as Partial<QueryCommandInput>))).toEqual({
      name: 'ValidationException',
      message,
    });
  });
});
