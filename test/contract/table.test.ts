import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import { afterAll, beforeAll, describe } from 'vitest';
import type { DynamoDbTarget } from './support/dynamodb-target.ts';
import { openDynamoDb } from './support/dynamodb-target.ts';
import { tableContract } from './table.ts';
import { tableBatchContract } from './table-batches.ts';
import { tableModelContract } from './table-model.ts';
import { tableReadsContract } from './table-reads.ts';

describe.each([
  ['a table on DynamoDB', { documentClient: false }],
  ["a table through the application's DynamoDBDocumentClient", { documentClient: true }],
])('%s', (_, options) => {
  let target: DynamoDbTarget;
  beforeAll(async () => {
    target = await openDynamoDb(options);
  });
  afterAll(() => target[Symbol.asyncDispose]());

  tableContract(async (definition) => {
    const name = await target.createTable(definition);
    return createDynamoDbTable({ definition, name, aws: target.aws });
  });
  tableModelContract(async (definition) => {
    const name = await target.createTable(definition);
    return createDynamoDbTable({ definition, name, aws: target.aws });
  });
  tableReadsContract(async (definition, clock) => {
    const name = await target.createTable(definition);
    return createDynamoDbTable({ definition, name, aws: target.aws, clock });
  });
  tableBatchContract(async (definition, wrap, clock) => {
    const name = await target.createTable(definition);
    return createDynamoDbTable({ definition, name, aws: wrap(target.aws), clock });
  });
});
