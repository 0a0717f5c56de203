import { sql } from '@twelvefold/backing';
import { openPgSql } from '@twelvefold/backing/pg-sql';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { contest } from '../support/contest.ts';
import { readRow, seedRows } from '../support/sql-work.ts';

const [port = '', password = '', work = 'statement', times = '1000'] = process.argv.slice(2);
const login = Object.freeze({ path: 'database.login', config: {} });
const metrics = new Map<string, number>();
const add = (name: string, by: number) => void metrics.set(name, (metrics.get(name) ?? 0) + by);
const { client } = await openPgSql(sql('bench', { login }), {
  target: `postgres://localhost:${port}/postgres?sslmode=disable`,
  component: 'bench',
  clock: systemClock,
  random: Math.random,
  warn: () => {},
  metrics: { count: (name, by = 1) => add(name, by), time: add },
  config: () => ({ reveal: () => ({ username: 'postgres', password }) }) as never, // the one reference is the login
  credentialsRefused: async () => false,
  previousSecret: async () => undefined,
  concurrency: 10,
  isDevelopment: false,
});
await seedRows((text) => client.query(text));
await contest(Number(times), (count) =>
  // As in a handler: the deadline ends each statement.
  runInScope({ kind: 'task', component: 'bench', deadline: deadlineIn(600_000) }, async () => {
    for (let time = 0; time < count; time += 1) {
      if (work === 'statement') {
        await readRow((text, values) => client.query(text, values));
        continue;
      }
      await client.transaction(async (tx) => {
        await readRow((text, values) => tx.query(text, values));
        await readRow((text, values) => tx.query(text, values));
      });
    }
  }),
);
