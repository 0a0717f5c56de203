import type { RunningApp } from '../../support/start-app.ts';
import { createClient } from '../client.ts';
import type { Scenario } from '../scenario.ts';

const get = async (app: RunningApp, path: string) => {
  const { status, body } = await createClient(app).send('GET', path);
  return { status, body };
};

/** Databases, caches and sessions on real servers, on every host. */
export const SERVER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'sql: statements, a transaction that is done again after a conflict, errors, and a pool for libraries',
    contract: {
      status: 200,
      body: {
        sum: 5,
        committed: { attempt: 2, cents: 12 },
        refused: '42P01',
        nested: 'CHECKOUT_NESTED',
        pooled: [{ one: 1 }],
      },
    },
    run: (app) => get(app, '/ledger'),
  },
  {
    name: 'sql: a statement ends at its timeout, and the next one has a connection',
    contract: { slow: { status: 200, body: 'STATEMENT_CANCELLED' }, next: { status: 200, body: { sum: 5 } } },
    run: async (app) => ({ slow: await get(app, '/slow'), next: await get(app, '/ledger') }),
  },
  {
    name: 'cache: one load for callers at once, values, deletions and negative entries',
    contract: {
      status: 200,
      body: {
        together: Array.from({ length: 5 }, () => ({ cents: 5 })),
        confirmed: true,
        found: { cents: 6 },
        deleted: true,
        after: { cents: 7 },
        loads: [5, 7],
        none: [null, null],
      },
    },
    run: (app) => get(app, '/prices'),
  },
  {
    name: 'sessions on Redis: concurrent updates all count, and an end holds at once',
    contract: { status: 200, body: { count: 5, after: 'ended' } },
    run: (app) => get(app, '/visits'),
  },
];
