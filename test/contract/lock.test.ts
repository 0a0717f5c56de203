import { createDynamoDbLock } from '@twelvefold/backing/dynamodb-lock';
import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import { describe } from 'vitest';
import { ledger, lockContract } from './lock.ts';
import { openDynamoDb } from './support/dynamodb-target.ts';

describe('locks on DynamoDB', () => {
  lockContract(async () => {
    const target = await openDynamoDb();
    const { aws } = target;
    return {
      create: async (definition) => {
        const [locks, rows] = await Promise.all([
          target.createTable({ partitionKey: 'id' }),
          target.createTable(ledger),
        ]);
        return {
          client: (clock) =>
            createDynamoDbLock({
              definition,
              name: locks,
              aws,
              component: 'contract',
              ...(clock === undefined ? {} : { clock }),
            }),
          rows: createDynamoDbTable({ definition: ledger, name: rows, aws }),
        };
      },
      loseAnswers: target.loseAnswers,
      [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
    };
  });
});
