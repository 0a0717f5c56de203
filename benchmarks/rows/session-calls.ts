import { sessionStore } from '@twelvefold/backing';
import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { createSessions } from '@twelvefold/backing/sessions';
import * as z from 'zod/mini';
import { benchAws } from '../support/bench-aws.ts';
import type { Measurement } from './measurement.ts';

const REQUESTS = 100;

/** DynamoDB calls per HTTP request with a rolling session: it is read and its end moved on. */
export const sessionCalls: Measurement = {
  name: 'session-calls',
  quick: true,
  async measure() {
    await using endpoint = await benchAws({
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'bench-sessions',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        },
      },
    });
    const definition = sessionStore('sessions', {
      schema: z.object({ userId: z.string() }),
      idle: '30m',
      absolute: '12h',
    });
    const driver = dynamoDbSessionDriver({ name: endpoint.ref('Table'), aws: endpoint.aws });
    const sessions = createSessions({ definition, driver });
    const { id } = await sessions.create({ userId: 'u1' }, { userId: 'u1' });
    endpoint.calls();
    for (let request = 0; request < REQUESTS; request += 1) {
      const { session } = await sessions.touch(id);
      if (session?.data.userId !== 'u1') throw new Error('Cannot measure: the session was not read');
    }
    const calls = endpoint.calls().length / REQUESTS;
    return [
      {
        name: 'session-calls',
        measure: 'DynamoDB calls per HTTP request with a session',
        unit: 'calls',
        value: calls,
        target: { exactly: 1 },
        exact: true,
      },
    ];
  },
};
