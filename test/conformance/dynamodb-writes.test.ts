import { randomUUID } from 'node:crypto';
import type { TransactionCanceledException, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamodb, get, INVALID, invalid, key, prepareTable, put, TableName } from './dynamodb.fixture.ts';
import { refusal } from './dynamodb-endpoint.ts';

prepareTable();

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
