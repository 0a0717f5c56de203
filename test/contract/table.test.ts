import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import { describe } from 'vitest';
import { openDynamoDb } from './support/dynamodb-target.ts';
import { tableContract } from './table.ts';

describe('a table on DynamoDB', () => {
  tableContract(async () => {
    const target = await openDynamoDb();
    return {
      create: async (definition) => {
        const name = await target.createTable(definition);
        return createDynamoDbTable({ definition, name, aws: target.aws });
      },
      [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
    };
  });
});
