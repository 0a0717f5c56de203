import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import { afterAll, beforeAll, describe } from 'vitest';
import type { DynamoDbTarget } from './support/dynamodb-target.ts';
import { openDynamoDb } from './support/dynamodb-target.ts';
import { tableContract } from './table.ts';
import { tableReadsContract } from './table-reads.ts';

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

  let target: DynamoDbTarget;
  beforeAll(async () => {
    target = await openDynamoDb();
  });
  afterAll(() => target[Symbol.asyncDispose]());
  tableReadsContract(async (definition, clock) => {
    const name = await target.createTable(definition);
    return createDynamoDbTable({ definition, name, aws: target.aws, clock });
  });
});
