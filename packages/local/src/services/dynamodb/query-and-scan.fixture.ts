import type { QueryCommandInput, QueryCommandOutput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

export let aws: LocalAws;

export let client: DynamoDBClient;

export const TableName = 'events';

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

export const query = (input: Partial<QueryCommandInput>) => client.send(new QueryCommand({ TableName, ...input }));

export const scan = (input: Partial<ScanCommandInput>) => client.send(new ScanCommand({ TableName, ...input }));

export const sks = ({ Items = [] }: Pick<QueryCommandOutput, 'Items'>) => Items.map((item) => Number(item.sk?.N));

export const refused = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return `${error?.name}: ${error?.message}`;
};

/** Follows LastEvaluatedKey to the end. */
export async function pages<O extends { LastEvaluatedKey?: QueryCommandOutput['LastEvaluatedKey'] }>(
  read: (start: QueryCommandOutput['LastEvaluatedKey']) => Promise<O>,
): Promise<O[]> {
  const all: O[] = [];
  do all.push(await read(all.at(-1)?.LastEvaluatedKey));
  while (all.at(-1)?.LastEvaluatedKey !== undefined && all.length < 100); // a key that does not move on must not hang
  return all;
}

/** Registers the hooks that each test needs. */
export function prepareItems(): void {
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
}
