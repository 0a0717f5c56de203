import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  ScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

let aws: LocalAws;
const connect = (region = 'eu-west-1', accessKeyId = 'local') =>
  new DynamoDBClient({
    endpoint: aws.url,
    region,
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  });
let client: DynamoDBClient;
beforeAll(async () => {
  aws = await startLocalAws();
  client = connect();
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

const TableName = 'things';
const TableArn = `arn:aws:dynamodb:eu-west-1:123456789012:table/${TableName}`;
const SIMPLE = {
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
} as const satisfies CreateTableCommandInput;
const create = (more: Partial<CreateTableCommandInput> = {}) =>
  client.send(
    new CreateTableCommand({
      ...SIMPLE,
      AttributeDefinitions: [...SIMPLE.AttributeDefinitions],
      KeySchema: [...SIMPLE.KeySchema],
      ...more,
    }),
  );
const refused = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return `${error?.name}: ${error?.message}`;
};

describe('CreateTable', () => {
  it('makes a table that waiters find, once', async () => {
    const { TableDescription } = await create({ DeletionProtectionEnabled: false });
    expect(TableDescription).toMatchObject({
      TableName,
      TableArn,
      TableStatus: 'CREATING',
      KeySchema: SIMPLE.KeySchema,
      AttributeDefinitions: SIMPLE.AttributeDefinitions,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      ItemCount: 0,
    });
    await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toEqual({ ...TableDescription, TableStatus: 'ACTIVE' });
    expect(Table?.CreationDateTime?.getTime()).toBeLessThanOrEqual(aws.clock.now());
    expect(await refused(create())).toBe(`ResourceInUseException: Table already exists: ${TableName}`);
  });

  it('keeps accounts and regions apart', async () => {
    await create();
    for (const elsewhere of [connect('us-east-1'), connect('eu-west-1', '999999999999')]) {
      expect(await refused(elsewhere.send(new DescribeTableCommand({ TableName })))).toBe(
        `ResourceNotFoundException: Requested resource not found: Table: ${TableName} not found`,
      );
    }
  });

  const index = {
    IndexName: 'idx',
    KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
    Projection: { ProjectionType: 'ALL' },
  } as const;
  const withOther = [...SIMPLE.AttributeDefinitions, { AttributeName: 'other', AttributeType: 'S' as const }];
  const invalid = (reason: string) => `One or more parameter values were invalid: ${reason}`;

  it.each<[Partial<CreateTableCommandInput>, string]>([
    [
      { BillingMode: undefined },
      invalid('ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED'),
    ],
    [
      { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      invalid('Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST'),
    ],
    [
      { KeySchema: [{ AttributeName: 'x', KeyType: 'HASH' }] },
      'Invalid KeySchema: Some index key attribute have no definition',
    ],
    [
      { KeySchema: [{ AttributeName: 'id', KeyType: 'RANGE' }] },
      'Invalid KeySchema: The first KeySchemaElement is not a HASH key type',
    ],
    [
      { AttributeDefinitions: withOther },
      invalid(
        'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
      ),
    ],
    [{ GlobalSecondaryIndexes: [] }, invalid('List of GlobalSecondaryIndexes is empty')],
    [
      {
        AttributeDefinitions: withOther,
        GlobalSecondaryIndexes: [{ ...index, KeySchema: [...index.KeySchema], Projection: {} }],
      },
      invalid('Unknown ProjectionType: null'),
    ],
    [
      {
        AttributeDefinitions: withOther,
        GlobalSecondaryIndexes: [
          { ...index, KeySchema: [...index.KeySchema], Projection: { ProjectionType: 'ALL', NonKeyAttributes: ['a'] } },
        ],
      },
      invalid('ProjectionType is ALL, but NonKeyAttributes is specified'),
    ],
    [
      {
        AttributeDefinitions: withOther,
        GlobalSecondaryIndexes: [1, 2].map(() => ({ ...index, KeySchema: [...index.KeySchema] })),
      },
      invalid('Duplicate index name: idx'),
    ],
    [
      { AttributeDefinitions: withOther, LocalSecondaryIndexes: [{ ...index, KeySchema: [...index.KeySchema] }] },
      invalid('Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex'),
    ],
    [
      { TableName: 'a;' },
      "2 validation errors detected: Value 'a;' at 'tableName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value 'a;' at 'tableName' failed to satisfy " +
        'constraint: Member must have length greater than or equal to 3',
    ],
  ])('refuses %j', async (input, message) => {
    expect(await refused(create(input))).toBe(`ValidationException: ${message}`);
  });

  it('says what it has not: a global table', async () => {
    await expect(
      create({ GlobalTableSourceArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/x' }),
    ).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
      message: expect.stringContaining('GlobalTableSourceArn'),
    });
  });
});

describe('DeleteTable', () => {
  it('forgets the table and what was in it', async () => {
    await create();
    await client.send(new PutItemCommand({ TableName, Item: { id: { S: 'a' } } }));
    const { TableDescription } = await client.send(new DeleteTableCommand({ TableName }));
    expect(TableDescription?.TableStatus).toBe('DELETING');
    await waitUntilTableNotExists({ client, maxWaitTime: 30 }, { TableName });
    expect(await refused(client.send(new DeleteTableCommand({ TableName })))).toBe(
      `ResourceNotFoundException: Requested resource not found: Table: ${TableName} not found`,
    );
    await create();
    expect((await client.send(new ScanCommand({ TableName }))).Count).toBe(0);
  });

  it('respects deletion protection', async () => {
    await create({ DeletionProtectionEnabled: true });
    expect(await refused(client.send(new DeleteTableCommand({ TableName })))).toMatch(
      /^ValidationException: .*protected/,
    );
    await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
    await client.send(new DeleteTableCommand({ TableName }));
  });
});

describe('ListTables', () => {
  it('pages in order of names', async () => {
    for (const name of ['ccc', 'aaa', 'bbb']) await create({ TableName: name });
    const first = await client.send(new ListTablesCommand({ Limit: 2 }));
    expect(first).toMatchObject({ TableNames: ['aaa', 'bbb'], LastEvaluatedTableName: 'bbb' });
    const second = await client.send(
      new ListTablesCommand({ Limit: 2, ExclusiveStartTableName: first.LastEvaluatedTableName }),
    );
    expect(second.TableNames).toEqual(['ccc']);
    expect(second.LastEvaluatedTableName).toBeUndefined();
  });
});

describe('tags and backups', () => {
  it('are remembered', async () => {
    await create({ Tags: [{ Key: 'stage', Value: 'dev' }] });
    await client.send(new TagResourceCommand({ ResourceArn: TableArn, Tags: [{ Key: 'team', Value: 'orders' }] }));
    await client.send(new UntagResourceCommand({ ResourceArn: TableArn, TagKeys: ['stage'] }));
    const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: TableArn }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'orders' }]);
    const status = async () =>
      (await client.send(new DescribeContinuousBackupsCommand({ TableName }))).ContinuousBackupsDescription
        ?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
    expect(await status()).toBe('DISABLED');
    await client.send(
      new UpdateContinuousBackupsCommand({
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
    expect(await status()).toBe('ENABLED');
    expect(await refused(client.send(new DescribeContinuousBackupsCommand({ TableName: 'nowhere' })))).toBe(
      'TableNotFoundException: Table not found: nowhere',
    );
  });
});

describe('time to live', () => {
  // Items expire on the clock of the test alone, however long its calls take.
  beforeEach(() => aws.clock.freeze());
  afterEach(() => aws.clock.unfreeze());

  const DAY = 24 * 60 * 60 * 1000;
  const enable = (Enabled: boolean, AttributeName = 'expires') =>
    client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName, Enabled } }));
  const put = (id: string, expiresMs?: number) =>
    client.send(
      new PutItemCommand({
        TableName,
        Item: {
          id: { S: id },
          owner: { S: 'zoe' },
          ...(expiresMs === undefined ? {} : { expires: { N: String(Math.floor(expiresMs / 1000)) } }),
        },
      }),
    );
  const ids = async () =>
    ((await client.send(new ScanCommand({ TableName }))).Items ?? []).map(({ id }) => id?.S).sort();

  it('deletes an item 48 hours after its expiry, and shows it until then', async () => {
    await create();
    await enable(true);
    const now = aws.clock.now();
    await put('soon', now + 60_000);
    await put('later', now + DAY);
    await put('never');
    aws.clock.advance(60_000);
    expect(await ids()).toEqual(['later', 'never', 'soon']);
    const { Item } = await client.send(
      new GetItemCommand({ TableName, Key: { id: { S: 'soon' } }, ConsistentRead: true }),
    );
    expect(Item).toBeDefined();
    aws.clock.advance(2 * DAY - 60_000);
    expect(await ids()).toContain('soon');
    aws.clock.advance(60_000);
    expect(await ids()).toEqual(['later', 'never']);
    aws.clock.advance(DAY);
    expect(await ids()).toEqual(['never']);
    expect((await client.send(new DescribeTableCommand({ TableName }))).Table?.ItemCount).toBe(1);
  });

  it('takes the lag from a tag', async () => {
    await create({ Tags: [{ Key: 'twelvefold:ttl-lag-seconds', Value: '0' }] });
    await enable(true);
    await put('soon', aws.clock.now() + 60_000);
    aws.clock.advance(59_000);
    expect(await ids()).toEqual(['soon']);
    aws.clock.advance(1_000);
    expect(await ids()).toEqual([]);
    await client.send(
      new TagResourceCommand({ ResourceArn: TableArn, Tags: [{ Key: 'twelvefold:ttl-lag-seconds', Value: '10' }] }),
    );
    await put('lagging', aws.clock.now());
    aws.clock.advance(9_000);
    expect(await ids()).toEqual(['lagging']);
    await client.send(new UntagResourceCommand({ ResourceArn: TableArn, TagKeys: ['twelvefold:ttl-lag-seconds'] }));
    aws.clock.advance(1_000);
    expect(await ids()).toEqual(['lagging']);
  });

  it('sees expiries that were there before it was switched on, or changed later, and lets go when switched off', async () => {
    await create({ Tags: [{ Key: 'twelvefold:ttl-lag-seconds', Value: '0' }] });
    const now = aws.clock.now();
    await put('old', now + 1000);
    await put('extended', now + 1000);
    await enable(true);
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: { id: { S: 'extended' } },
        UpdateExpression: 'SET expires = expires + :day',
        ExpressionAttributeValues: { ':day': { N: '86400' } },
      }),
    );
    aws.clock.advance(2000);
    expect(await ids()).toEqual(['extended']);
    await enable(false);
    aws.clock.advance(2 * DAY);
    expect(await ids()).toEqual(['extended']);
  });

  it('keeps items whose attribute is not a number, or says a time more than five years ago', async () => {
    await create({ Tags: [{ Key: 'twelvefold:ttl-lag-seconds', Value: '0' }] });
    await enable(true);
    await put('ancient', aws.clock.now() - 6 * 365 * DAY);
    await put('recent', aws.clock.now() - 4 * 365 * DAY);
    await client.send(new PutItemCommand({ TableName, Item: { id: { S: 'text' }, expires: { S: '1' } } }));
    expect(await ids()).toEqual(['ancient', 'text']);
  });

  it('says what it is, and refuses to be switched to what it is', async () => {
    await create();
    const describe = async () =>
      (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
    expect(await describe()).toEqual({ TimeToLiveStatus: 'DISABLED' });
    expect(await refused(enable(false))).toBe('ValidationException: TimeToLive is already disabled');
    await enable(true);
    expect(await describe()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    expect(await refused(enable(true))).toBe('ValidationException: TimeToLive is already enabled');
    expect(await refused(enable(true, 'other'))).toBe(
      'ValidationException: TimeToLive is active on a different AttributeName: current AttributeName is expires',
    );
  });
});
