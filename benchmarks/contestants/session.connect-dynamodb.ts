import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { contest } from '../support/contest.ts';

const [table = '', requests = '2000'] = process.argv.slice(2);
interface Stored {
  cookie: { originalMaxAge: number; expires: Date };
  userId: string;
  cart: string[];
}
interface Store {
  set(id: string, session: Stored, done: (error?: unknown) => void): void;
  get(id: string, done: (error: unknown, session?: Stored) => void): void;
  touch(id: string, session: Stored, done: (error?: unknown) => void): void;
}
// Neither brings types.
const require = createRequire(import.meta.url);
const session: unknown = require('express-session');
const connectDynamoDb = require('connect-dynamodb') as (session: unknown) => new (options: object) => Store;
const DynamoDBStore = connectDynamoDb(session);
const store = new DynamoDBStore({ table, initialized: true, client: new DynamoDBClient({}) });
const set = promisify(store.set.bind(store));
const get = promisify(store.get.bind(store)) as (id: string) => Promise<Stored | undefined>;
const touch = promisify(store.touch.bind(store));
const cookie = { originalMaxAge: 1_800_000, expires: new Date(Date.now() + 1_800_000) };
await set('s1', { cookie, userId: 'u1', cart: ['a', 'b', 'c'] });
await contest(Number(requests), async (times) => {
  for (let time = 0; time < times; time += 1) {
    // What express-session does around a request that reads its session.
    const found = await get('s1');
    if (found?.userId !== 'u1') throw new Error('Cannot measure: the session was not read');
    found.cookie.expires = new Date(Date.now() + 1_800_000);
    await touch('s1', found);
  }
});
