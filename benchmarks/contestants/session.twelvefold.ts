import { createAws } from '@twelvefold/aws';
import { sessionStore } from '@twelvefold/backing';
import { dynamoDbSessionDriver } from '@twelvefold/backing/dynamodb-sessions';
import { createSessions } from '@twelvefold/backing/sessions';
import * as z from 'zod/mini';
import { contest } from '../support/contest.ts';

const [table = '', requests = '2000'] = process.argv.slice(2);
const definition = sessionStore('sessions', {
  schema: z.object({ userId: z.string(), cart: z.array(z.string()) }),
  idle: '30m',
  absolute: '12h',
});
const driver = dynamoDbSessionDriver({ name: table, aws: createAws({ env: process.env }) });
const store = createSessions({ definition, driver });
// With a user: a request reads the session, the user's epoch and the store's.
const { id } = await store.create({ userId: 'u1', cart: ['a', 'b', 'c'] }, { userId: 'u1' });
await contest(Number(requests), async (times) => {
  for (let time = 0; time < times; time += 1) {
    const { session } = await store.touch(id);
    if (session?.data.userId !== 'u1') throw new Error('Cannot measure: the session was not read');
  }
});
