import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { beforeEach } from 'vitest';
import { tableInput, useDynamoDb } from './dynamodb-endpoint.ts';

// Answers recorded on AWS in October 2026 by the public suite dynamodb-conformance, in the files
// that the tests name, unless a test names another source.

export const dynamodb = useDynamoDb();

export const T = 'things';

export const stored = async (pk: string, sk = '1') =>
  (await dynamodb.client.getItem({ TableName: T, Key: { pk: { S: pk }, sk: { N: sk } } })).Item;

export const put = (item: Record<string, AttributeValue>) =>
  dynamodb.client.putItem({ TableName: T, Item: { sk: { N: '1' }, ...item } });

export const invalid = (message: string) => ({ name: 'ValidationException', message });

export const MALFORMED = "Statement wasn't well formed, can't be processed: ";

/** Registers the hooks that each test needs. */
export function preparePartiql(): void {
  beforeEach(async () => {
    await dynamodb.client.createTable({
      ...tableInput(['pk:S', 'sk:N', 'g:S', 'l:S'], { keys: 2, TableName: T }),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi-inc',
          KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['projected'] },
        },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'lsi-keys',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'l', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
  });
}
