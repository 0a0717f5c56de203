import type { Call } from './fixtures/call-actions.ts';
import { callActions } from './fixtures/call-actions.ts';

/** An item of the model: small whole numbers for keys and values, so that collisions are common. */
export interface Item {
  readonly pk: number;
  readonly sk: number;
  readonly group?: number | undefined;
  readonly n?: number | undefined;
}

export type Key = Pick<Item, 'pk' | 'sk'>;

export const TableName = 'model';

export async function newTable(): Promise<Call> {
  const call = callActions();
  await call('CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'grp', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-group',
        KeySchema: [{ AttributeName: 'grp', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'in-group-order',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'grp', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  return call;
}
