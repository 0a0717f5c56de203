import { createAws } from '@twelvefold/aws';
import { sessionStore } from '@twelvefold/backing';
import { createDynamoDbSessions } from '@twelvefold/backing/dynamodb-sessions';
import * as z from 'zod/mini';
import { contest } from '../support/contest.ts';

const [table = '', requests = '2000'] = process.argv.slice(2);
const definition = sessionStore('sessions', {
  schema: z.object({ userId: z.string(), cart: z.array(z.string()) }),
  idle: '30m',
  absolute: '12h',
});
const store = createDynamoDbSessions({ definition, name: table, aws: createAws({ env: process.env }) });
const { id } = await store.create({ userId: 'u1', cart: ['a', 'b', 'c'] });
await contest(Number(requests), async (times) => {
  for (let time = 0; time < times; time += 1) {
    const session = await store.touch(id);
    if (session?.data.userId !== 'u1') throw new Error('Cannot measure: the session was not read');
  }
});
