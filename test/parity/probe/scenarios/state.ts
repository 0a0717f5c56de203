import { createClient } from '../../client.ts';
import type { Scenario } from '../../scenario.ts';

/** Tables and locks, on every host. */
export const STATE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a table with an index: batches, pages that a cursor resumes, conditions, and a transaction that happens once',
    contract: {
      status: 200,
      body: {
        found: [{ grams: 200 }, null],
        pages: [
          ['p3', 'p4'],
          ['p5', 'p6'],
        ],
        byDriver: ['p6', 'p4'],
        foreign: 'CURSOR_INVALID',
        loaded: 101,
        refused: 'CONDITION_FAILED',
      },
      query: ['table', 'index'],
    },
    run: async (app) => {
      const { status, body } = await createClient(app).send('POST', '/state/parcels?depot=north');
      const queried = app.endpoint
        .calls()
        .filter(({ component, operation }) => component === 'http' && operation === 'Query')
        .flatMap(({ touched }) => touched.map(({ resource }) => resource))
        .filter((resource) => resource.includes('-parcels'));
      const kinds = new Set(queried.map((resource) => (resource.endsWith('/index/byDriver') ? 'index' : 'table')));
      return { status, body, query: [...kinds] };
    },
  },
  {
    name: 'a lock: one holder, growing tokens, and clocks that AWS confirms',
    contract: {
      status: 200,
      body: { tokens: [1, 2], second: 'LOCK_HELD', holder: 'http', failed: 'ROW_INVALID', after: { token: 3 } },
    },
    run: async (app) => {
      const { status, body } = await createClient(app).send('POST', '/state/locks?name=report');
      return { status, body };
    },
  },
];
