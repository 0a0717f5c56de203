import { createDynamoDbIdempotency } from '@twelvefold/backing/dynamodb-idempotency';
import { createDynamoDbLock } from '@twelvefold/backing/dynamodb-lock';
import { createDynamoDbTable } from '@twelvefold/backing/dynamodb-table';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { describe } from 'vitest';
import { createMemoryDynamoDb } from '../../packages/backing/src/test-kit/memory-dynamodb/memory-dynamodb.ts';
import { counter, idempotencyContract } from './idempotency.ts';
import { ledger, lockContract } from './lock.ts';
import { observedAws } from './support/observed-aws.ts';
import { tableContract } from './table.ts';
import { tableBatchContract } from './table-batches.ts';
import { tableModelContract } from './table-model.ts';
import { tableReadsContract } from './table-reads.ts';

// The memory that fakeBacking puts under the real clients, held to the contracts of DynamoDB's
// drivers. Its sessions and caches are drivers that sessions.test.ts and cache.test.ts run.

const open = (clock: Clock = systemClock) => {
  const memory = createMemoryDynamoDb(clock);
  const { aws, loseAnswers } = observedAws(memory.aws);
  return { ...memory, aws, loseAnswers, [Symbol.asyncDispose]: async () => {} };
};

describe('tables in memory', () => {
  tableContract(async (definition) => {
    const { aws, createTable } = shared;
    return createDynamoDbTable({ definition, name: createTable(definition as never), aws });
  });
  tableModelContract(async (definition) => {
    const { aws, createTable } = open();
    return createDynamoDbTable({ definition, name: createTable(definition), aws });
  });
  tableReadsContract(async (definition, clock) => {
    const { aws, createTable } = open(clock);
    return createDynamoDbTable({ definition, name: createTable(definition), aws, clock });
  });
  tableBatchContract(async (definition, wrap, clock) => {
    const { aws, createTable } = open(clock);
    return createDynamoDbTable({ definition, name: createTable(definition), aws: wrap(aws), clock });
  });
});
/** Transactions of the contract join two tables. */
const shared = open();

describe('locks in memory', () => {
  lockContract(async () => {
    const { aws, createTable, loseAnswers, ...rest } = open();
    return {
      ...rest,
      loseAnswers,
      create: async (definition) => {
        const name = createTable({ partitionKey: 'id' });
        const component = 'contract';
        return {
          client: (clock = systemClock) => createDynamoDbLock({ definition, name, aws, component, clock }),
          rows: createDynamoDbTable({ definition: ledger, name: createTable(ledger), aws }),
        };
      },
    };
  });
});

describe('idempotency in memory', () => {
  idempotencyContract(async () => {
    const { aws, createTable, loseAnswers, ...rest } = open();
    return {
      ...rest,
      loseAnswers,
      create: async (definition, { clock }) => ({
        store: createDynamoDbIdempotency({ definition, name: createTable({ partitionKey: 'id' }), aws, clock }),
        counters: createDynamoDbTable({ definition: counter, name: createTable(counter), aws }),
      }),
    };
  });
});
