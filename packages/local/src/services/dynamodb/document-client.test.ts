import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  NumberValue,
  PutCommand,
  paginateQuery,
  paginateScan,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

let aws: LocalAws;
let documents: DynamoDBDocumentClient;
const TableName = 'sessions';

const connect = () =>
  new DynamoDBClient({
    endpoint: aws.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });

beforeAll(async () => {
  aws = await startLocalAws();
  const client = connect();
  documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'user', AttributeType: 'S' },
        { AttributeName: 'n', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'user', KeyType: 'HASH' },
        { AttributeName: 'n', KeyType: 'RANGE' },
      ],
    }),
  );
});
afterAll(() => aws.close());

describe('the document client', () => {
  it('gets back the JavaScript values it put', async () => {
    const Item = {
      user: 'ann',
      n: 0,
      nested: { list: [1, 'two', null, { deep: true }], empty: {} },
      bytes: new Uint8Array([1, 2]),
      tags: new Set(['a', 'b']),
      big: 9007199254740993n,
    };
    await documents.send(new PutCommand({ TableName, Item }));
    const found = await documents.send(new GetCommand({ TableName, Key: { user: 'ann', n: 0 }, ConsistentRead: true }));
    expect(found.Item).toEqual(Item);
  });

  it('keeps numbers beyond what a double holds', async () => {
    const exact = DynamoDBDocumentClient.from(connect(), { unmarshallOptions: { wrapNumbers: true } });
    const Key = { user: 'exact', n: 1 };
    const amount = '12345678901234567890.123456789012345678';
    await exact.send(new PutCommand({ TableName, Item: { ...Key, amount: NumberValue.from(amount) } }));
    const { Attributes } = await exact.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: 'SET amount = amount + :tiny',
        ExpressionAttributeValues: { ':tiny': NumberValue.from('0.000000000000000001') },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(Attributes?.amount.toString()).toBe('12345678901234567890.123456789012345679');
  });

  it('pages and batches', async () => {
    for (let n = 0; n < 7; n += 1) await documents.send(new PutCommand({ TableName, Item: { user: 'pages', n } }));
    const query = {
      TableName,
      KeyConditionExpression: '#u = :u',
      ExpressionAttributeNames: { '#u': 'user' },
      ExpressionAttributeValues: { ':u': 'pages' },
    };
    const seen: number[] = [];
    for await (const { Items = [] } of paginateQuery({ client: documents, pageSize: 3 }, query)) {
      seen.push(...Items.map(({ n }) => Number(n)));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
    let scanned = 0;
    // Only keys: the numbers of another test here are more than the client would take unwrapped.
    const keys = { TableName, ProjectionExpression: 'n' };
    for await (const { Count = 0 } of paginateScan({ client: documents, pageSize: 2 }, keys)) scanned += Count;
    expect(scanned).toBeGreaterThanOrEqual(7);
    const { Responses } = await documents.send(
      new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [1, 2].map((n) => ({ user: 'pages', n })) } } }),
    );
    expect(Responses?.[TableName]).toEqual([1, 2].map((n) => ({ user: 'pages', n })));
  });

  it('hears why a transaction was cancelled, with the item that was in the way', async () => {
    const Item = { user: 'taken', n: 1, owner: 'bob' };
    await documents.send(new PutCommand({ TableName, Item }));
    const put = {
      TableName,
      Item: { ...Item, owner: 'ann' },
      ConditionExpression: 'attribute_not_exists(#u)',
      ExpressionAttributeNames: { '#u': 'user' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    await expect(documents.send(new TransactWriteCommand({ TransactItems: [{ Put: put }] }))).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { owner: { S: 'bob' } } }],
    });
    await expect(documents.send(new PutCommand(put))).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { owner: { S: 'bob' } },
    });
  });

  it('writes one of many that race for the same condition', async () => {
    const claims = Array.from({ length: 50 }, (_, n) =>
      documents.send(
        new PutCommand({
          TableName,
          Item: { user: 'race', n: 0, winner: n },
          ConditionExpression: 'attribute_not_exists(#u)',
          ExpressionAttributeNames: { '#u': 'user' },
        }),
      ),
    );
    const settled = await Promise.allSettled(claims);
    const winners = settled.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    const { Item } = await documents.send(new GetCommand({ TableName, Key: { user: 'race', n: 0 } }));
    expect(Item?.winner).toBe(winners[0]);
  });
});
