import { createDynamoDbSessions } from '@twelvefold/backing/dynamodb-sessions';
import { describe } from 'vitest';
import { sessionsContract } from './sessions.ts';
import { openDynamoDb } from './support/dynamodb-target.ts';

describe('sessions on DynamoDB', () => {
  sessionsContract(async () => {
    const target = await openDynamoDb();
    const names = new WeakMap<object, string>();
    return {
      create: async (definition, { clock, sharing }) => {
        const shared = sharing && names.get(sharing);
        const name = shared ?? (await target.createTable({ partitionKey: 'id', ttlAttribute: 'expiresAt' }));
        const sessions = createDynamoDbSessions({ definition, name, aws: target.aws, clock });
        names.set(sessions, name);
        return sessions;
      },
      calls: target.calls,
      [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
    };
  });
});
