import { beforeEach, expect } from 'vitest';
import { refusal, tableInput, useDynamoDb } from './dynamodb-endpoint.ts';

export const dynamodb = useDynamoDb();

export const TableName = 'things';

export const ReturnConsumedCapacity = 'INDEXES' as const;

export const INVALID = 'One or more parameter values were invalid: ';

export const key = (pk: string, sk: number | string = 1) => ({ pk: { S: pk }, sk: { N: String(sk) } });

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

export const put = (item: object) =>
  dynamodb.client.putItem({ TableName, Item: item as Record<string, { S: string }> });

// any values
export const get = async (wanted = key('a')) => (await dynamodb.client.getItem({ TableName, Key: wanted })).Item;

export const invalid = async (call: Promise<unknown>) => {
  const { name, message } = await refusal(call);
  expect(name).toBe('ValidationException');
  return message;
};

/** Registers the hooks that each test needs. */
export function prepareTable(): void {
  beforeEach(() => dynamodb.client.createTable(tableInput(['pk:S', 'sk:N', 'owner:S', 'score:N'], INDEXES)));
}
