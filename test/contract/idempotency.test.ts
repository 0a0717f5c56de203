import { createDynamoDbIdempotency } from '@twelvefold/backing/dynamodb-idempotency';
import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import { describe } from 'vitest';
import { counter, idempotencyContract } from './idempotency.ts';
import { openDynamoDb } from './support/dynamodb-target.ts';

describe('idempotency on DynamoDB', () => {
  idempotencyContract(async () => {
    const target = await openDynamoDb();
    const { aws } = target;
    return {
      create: async (definition, { clock }) => {
        const [records, counters] = await Promise.all([
          target.createTable({ partitionKey: 'id', ttlAttribute: 'expiresAt' }),
          target.createTable(counter),
        ]);
        return {
          store: createDynamoDbIdempotency({ definition, name: records, aws, clock }),
          counters: createDynamoDbTable({ definition: counter, name: counters, aws }),
        };
      },
      loseAnswers: target.loseAnswers,
      [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
    };
  });
});
