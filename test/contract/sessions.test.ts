import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { memorySessionDriver } from '@twelvefold/backing/memory-sessions';
import { sessionDriverCases } from '@twelvefold/backing/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { DynamoDbTarget } from './support/dynamodb-target.ts';
import { openDynamoDb } from './support/dynamodb-target.ts';

describe('sessions in memory', () => {
  it.each(sessionDriverCases(async () => memorySessionDriver()))('$name', ({ run }) => run());
});

describe('sessions on DynamoDB', () => {
  let target: DynamoDbTarget;
  beforeAll(async () => {
    target = await openDynamoDb();
  });
  afterAll(() => target[Symbol.asyncDispose]());

  const open = async () => {
    const name = await target.createTable({ partitionKey: 'id', ttlAttribute: 'expiresAt' });
    return dynamoDbSessionDriver({ name, aws: target.aws });
  };
  it.each(sessionDriverCases(open))('$name', ({ run }) => run());
});
