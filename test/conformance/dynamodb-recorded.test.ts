import type { CreateTableCommandInput, UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { refusal, tableInput, useDynamoDb } from './dynamodb-endpoint.ts';

// Answers recorded on AWS in October 2026 by the public projects ack-api-quirks (DDB-TABLE-442 and
// others) and dynamodb-conformance, unless a test names another source.

const dynamodb = useDynamoDb();
const TableName = 'things';
const invalid = (reason: string) => ({
  name: 'ValidationException',
  message: `One or more parameter values were invalid: ${reason}`,
});

describe('CreateTable', () => {
  const index = (...keys: string[]) => ({
    IndexName: 'index',
    KeySchema: keys.map((key) => {
      const [AttributeName = '', kind] = key.split(':');
      return { AttributeName, KeyType: kind === 'H' ? ('HASH' as const) : ('RANGE' as const) };
    }),
    Projection: { ProjectionType: 'ALL' as const },
  });
  const of = (names: string, more: Partial<CreateTableCommandInput>) => ({
    ...tableInput(
      names.split('').map((name) => `${name}:S`),
      { keys: 1, TableName },
    ),
    ...more,
  });

  it.each<[string, CreateTableCommandInput, object]>([
    [
      'a key that names its only attribute twice (dynamodb-conformance, createTable.test.ts)',
      of('p', {
        KeySchema: [
          { AttributeName: 'p', KeyType: 'HASH' },
          { AttributeName: 'p', KeyType: 'RANGE' },
        ],
      }),
      {
        name: 'ValidationException',
        message: 'Invalid KeySchema: Some index key attribute have no definition',
      },
    ],
    [
      'three key attributes of a table (dynamodb-conformance, createTable.test.ts)',
      of('pse', {
        KeySchema: [
          { AttributeName: 'p', KeyType: 'HASH' },
          { AttributeName: 's', KeyType: 'RANGE' },
          { AttributeName: 'e', KeyType: 'RANGE' },
        ],
      }),
      {
        name: 'ValidationException',
        message:
          "1 validation error detected: Value '[KeySchemaElement(attributeName=p, keyType=HASH), KeySchemaElement(attributeName=s, keyType=RANGE), KeySchemaElement(attributeName=e, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
      },
    ],
    [
      'an attribute that is declared twice',
      of('p', {
        AttributeDefinitions: ['S', 'N'].map((AttributeType) => ({
          AttributeName: 'p',
          AttributeType: AttributeType as 'S',
        })),
      }),
      { name: 'ValidationException', message: 'Attribute Name is duplicated: p' },
    ],
    [
      'a hash attribute behind a range attribute',
      of('pabc', { GlobalSecondaryIndexes: [index('a:H', 'b:R', 'c:H')] }),
      invalid('All HASH key attributes must precede RANGE key attributes in the KeySchema'),
    ],
    [
      'five hash attributes',
      of('pabcde', { GlobalSecondaryIndexes: [index('a:H', 'b:H', 'c:H', 'd:H', 'e:H')] }),
      invalid('The KeySchema exceeds the maximum allowed number of HASH key attributes'),
    ],
    [
      'an index key that names an attribute twice',
      of('pab', { GlobalSecondaryIndexes: [index('a:H', 'b:H', 'a:R')] }),
      { name: 'ValidationException', message: 'The KeySchema contains multiple key attributes with the same name' },
    ],
    [
      'throughput of an index on demand',
      of('pa', {
        GlobalSecondaryIndexes: [
          { ...index('a:H'), ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
        ],
      }),
      invalid('ProvisionedThroughput should not be specified for index: index when BillingMode is PAY_PER_REQUEST'),
    ],
    [
      'an on-demand limit of zero',
      of('p', { OnDemandThroughput: { MaxReadRequestUnits: 0 } }),
      invalid('Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range'),
    ],
    [
      'a projected attribute twice',
      of('pa', {
        GlobalSecondaryIndexes: [
          { ...index('a:H'), Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x', 'x'] } },
        ],
      }),
      invalid('Duplicate element in NonKeyAttributes: x'),
    ],
    [
      'encryption by AES256',
      of('p', { SSESpecification: { Enabled: true, SSEType: 'AES256' } }),
      invalid('SSEType AES256 is not supported'),
    ],
  ])('refuses %s', async (_what, input, refused) => {
    expect(await refusal(dynamodb.client.createTable(input))).toEqual(refused);
  });
});

describe('UpdateTable', () => {
  const provisioned = { ReadCapacityUnits: 2, WriteCapacityUnits: 2 };
  const createProvisioned = () =>
    dynamodb.client.createTable({
      ...tableInput(['pk:S', 'gk:S'], { keys: 1, TableName }),
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: provisioned,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [{ AttributeName: 'gk', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
          ProvisionedThroughput: provisioned,
        },
      ],
    });

  it.each<[string, Omit<UpdateTableCommandInput, 'TableName'>, object]>([
    [
      'nothing',
      {},
      {
        name: 'ValidationException',
        message:
          'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required',
      },
    ],
    [
      'encryption together with deletion protection',
      { SSESpecification: { Enabled: true }, DeletionProtectionEnabled: true },
      invalid('Server-Side Encryption modification must be the only operation in the request'),
    ],
    [
      'PROVISIONED without throughput',
      { BillingMode: 'PROVISIONED' },
      invalid('ProvisionedThroughput must be specified when BillingMode is PROVISIONED'),
    ],
    [
      'throughput of an index that does not change (DDB-TABLE-164)',
      { GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'gsi1', ProvisionedThroughput: provisioned } }] },
      {
        name: 'ValidationException',
        message: expect.stringMatching(
          /^The provisioned throughput for the index gsi1 will not change\. The requested value equals the current value\. Current ReadCapacityUnits provisioned for index gsi1: 2\. Requested ReadCapacityUnits: 2\./,
        ),
      },
    ],
    [
      'on-demand limits of a provisioned table',
      { OnDemandThroughput: { MaxReadRequestUnits: 5 } },
      invalid(
        'MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED',
      ),
    ],
    [
      'less warm throughput',
      { WarmThroughput: { ReadUnitsPerSecond: 1, WriteUnitsPerSecond: 1 } },
      invalid(
        'Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported',
      ),
    ],
    [
      'less warm throughput of an index',
      { GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'gsi1', WarmThroughput: { ReadUnitsPerSecond: 1 } } }] },
      invalid(
        'Requested ReadUnitsPerSecond for WarmThroughput for index gsi1 is lower than current WarmThroughput, decreasing WarmThroughput is not supported',
      ),
    ],
    [
      'encryption by the key that it has',
      { SSESpecification: { Enabled: false } },
      invalid('Table is already encrypted by default'),
    ],
    [
      'an index that exists',
      {
        AttributeDefinitions: [{ AttributeName: 'gk', AttributeType: 'S' }],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'gsi1',
              KeySchema: [{ AttributeName: 'gk', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
              ProvisionedThroughput: provisioned,
            },
          },
        ],
      },
      { name: 'ValidationException', message: 'Attempting to create an index which already exists' },
    ],
    [
      'an index update without an action',
      { GlobalSecondaryIndexUpdates: [{}] },
      invalid(
        'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null',
      ),
    ],
  ])('refuses %s', async (_what, input, refused) => {
    await createProvisioned();
    expect(await refusal(dynamodb.client.updateTable({ TableName, ...input }))).toEqual(refused);
  });

  it('shows warm and on-demand throughput, and keeps what was warm', async () => {
    const describeTable = async () => (await dynamodb.client.describeTable({ TableName })).Table;
    await createProvisioned();
    expect((await describeTable())?.WarmThroughput).toEqual({
      ReadUnitsPerSecond: 2,
      WriteUnitsPerSecond: 2,
      Status: 'ACTIVE',
    });
    await dynamodb.client.updateTable({ TableName, BillingMode: 'PAY_PER_REQUEST' });
    await dynamodb.client.updateTable({
      TableName,
      OnDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: 50 },
    });
    await dynamodb.client.updateTable({ TableName, OnDemandThroughput: { MaxReadRequestUnits: -1 } });
    expect(await describeTable()).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 },
      OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 50 },
      GlobalSecondaryIndexes: [{ WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 } }],
    });
    const ProvisionedThroughput = { ReadCapacityUnits: 3, WriteCapacityUnits: 3 };
    await dynamodb.client.updateTable({ TableName, BillingMode: 'PROVISIONED', ProvisionedThroughput });
    const table = await describeTable();
    expect(table?.WarmThroughput).toMatchObject({ ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000 });
    expect(table).not.toHaveProperty('OnDemandThroughput');
  });
});

// Source: dynamodb-conformance, multiAttributeGsiKey.test.ts.
describe('an index key of several attributes', () => {
  const create = () =>
    dynamodb.client.createTable({
      ...tableInput(
        ['pk', 'h', 'a', 'b', 'c', 'd'].map((name) => `${name}:S`),
        { keys: 1, TableName },
      ),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi',
          KeySchema: ['h', 'a', 'b', 'c', 'd'].map((AttributeName) => ({
            AttributeName,
            KeyType: AttributeName === 'h' ? ('HASH' as const) : ('RANGE' as const),
          })),
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  const ITEMS = [
    { pk: 'p1', a: 'T', b: 'live', c: 'b', d: 'r1' },
    { pk: 'p2', a: 'T', b: 'live', c: 'a', d: 'r2' },
    { pk: 'p3', a: 'T', b: 'live', c: 'a', d: 'r1' },
    { pk: 'p4', a: 'T', b: 'draft', c: 'c', d: 'r1' },
    { pk: 'p5', a: 'F', b: 'live', c: 'a', d: 'r0' },
    { pk: 'p6', a: 'T', b: 'live', d: 'r1' }, // not in the index: it lacks c
  ];
  const fill = async () => {
    await create();
    for (const item of ITEMS) {
      const Item = Object.fromEntries(Object.entries({ h: 'o1', ...item }).map(([name, S]) => [name, { S }]));
      await dynamodb.client.putItem({ TableName, Item });
    }
  };
  const VALUES = { ':h': 'o1', ':a': 'T', ':b': 'live', ':c': 'a', ':d': 'r', ':x': 'r1', ':y': 'r1' };
  const query = (KeyConditionExpression: string, more: object = {}) =>
    dynamodb.client.query({
      TableName,
      IndexName: 'gsi',
      KeyConditionExpression,
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(VALUES)
          .filter(([name]) => KeyConditionExpression.includes(name))
          .map(([name, S]) => [name, { S }]),
      ),
      ...more,
    });

  it.each<[string, string[], object?]>([
    ['h = :h', ['p5', 'p4', 'p3', 'p2', 'p1']],
    ['h = :h AND a = :a', ['p4', 'p3', 'p2', 'p1']],
    ['h = :h AND a = :a', ['p1', 'p2', 'p3', 'p4'], { ScanIndexForward: false }],
    ['b = :b AND h = :h AND a = :a', ['p3', 'p2', 'p1']],
    ['h = :h AND a = :a AND b = :b AND c > :c', ['p1']],
    ['h = :h AND a = :a AND b = :b AND c = :c AND begins_with(d, :d)', ['p3', 'p2']],
    ['h = :h AND a = :a AND b = :b AND c = :c AND d BETWEEN :x AND :y', ['p3']],
    ['h = :h AND a = :a AND b < :b', ['p4']],
  ])('is queried by %s', async (condition, keys, more) => {
    await fill();
    const { Items = [] } = await query(condition, more);
    expect(Items.map(({ pk }) => pk?.S)).toEqual(keys);
  });

  it('is paged by all of its attributes', async () => {
    await fill();
    const first = await query('h = :h AND a = :a', { Limit: 2 });
    expect(Object.keys(first.LastEvaluatedKey ?? {}).sort()).toEqual(['a', 'b', 'c', 'd', 'h', 'pk']);
    const second = await query('h = :h AND a = :a', { ExclusiveStartKey: first.LastEvaluatedKey });
    expect(second.Items?.map(({ pk }) => pk?.S)).toEqual(['p2', 'p1']);
  });

  it.each([
    ['h = :h AND a = :a AND c = :c', 'b', 'c'],
    ['h = :h AND a = :a AND b > :b AND c = :c', 'b', 'c'],
    ['h = :h AND b = :b', 'a', 'b'],
  ])('is not queried by %s', async (condition, open, last) => {
    await fill();
    expect(await refusal(query(condition))).toEqual({
      name: 'ValidationException',
      message: `RANGE key attributes ${open} must have equality conditions specified in the query because a condition is present on key attribute ${last}`,
    });
  });

  it('has several hash attributes, all given by equality', async () => {
    await dynamodb.client.createTable({
      ...tableInput(['pk:S', 'x:S', 'y:N'], { keys: 1, TableName }),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi',
          KeySchema: [
            { AttributeName: 'x', KeyType: 'HASH' },
            { AttributeName: 'y', KeyType: 'HASH' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    for (const [pk, x, y] of [
      ['a', 'l', '1'],
      ['b', 'l', '2'],
      ['c', 'm', '1'],
    ]) {
      await dynamodb.client.putItem({
        TableName,
        Item: { pk: { S: pk ?? '' }, x: { S: x ?? '' }, y: { N: y ?? '' } },
      });
    }
    const both = await query('x = :x AND y = :y', {
      ExpressionAttributeValues: { ':x': { S: 'l' }, ':y': { N: '2' } },
    });
    expect(both.Items?.map(({ pk }) => pk?.S)).toEqual(['b']);
    const one = query('x = :x', { ExpressionAttributeValues: { ':x': { S: 'l' } } });
    expect((await refusal(one)).message).toBe('Query condition missed key schema element: y');
  });
});
