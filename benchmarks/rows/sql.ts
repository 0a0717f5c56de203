import { findServer, startPostgres } from '@twelvefold/local';
import { race } from '../support/race.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

const STATEMENTS = 10_000;
const TRANSACTIONS = 3_000;

export const sql: Measurement = {
  name: 'sql',
  quick: false,
  async measure({ rounds }) {
    if (findServer('postgresql') === undefined) return [];
    await using server = await startPostgres();
    const rows: Row[] = [];
    for (const [work, measure, count] of [
      ['statement', 'SQL statement, one row by its key, inside a scope with a deadline', STATEMENTS],
      ['transaction', 'SQL transaction of two statements', TRANSACTIONS],
    ] as const) {
      const measured = await race({
        rounds,
        contestants: { twelvefold: 'sql.twelvefold.ts', pg: 'sql.pg.ts' },
        args: [String(server.port), server.password, work, String(count)],
      });
      const us = (name: string) => measured[name]?.cpuUs ?? Number.NaN;
      rows.push({
        name: 'sql',
        measure,
        unit: 'us CPU',
        value: us('twelvefold'),
        peers: { pg: us('pg') },
        ...(work === 'statement' ? { target: { times: 1.05, of: 'pg' } } : {}),
        exact: false,
        note: 'On the PostgreSQL of this machine, one at a time. Ours sets limits in the message of BEGIN; pg has no limit at all.',
      });
    }
    return rows;
  },
};
