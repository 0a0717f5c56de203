import { findServer, startRedis } from '@twelvefold/local';
import { race } from '../support/race.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

const READS = 40_000;

export const cacheRead: Measurement = {
  name: 'cache',
  quick: false,
  async measure({ rounds }) {
    if (findServer('redis') === undefined) return [];
    await using server = await startRedis();
    const rows: Row[] = [];
    for (const [how, atOnce] of [
      ['one at a time', 1],
      ['16 at once', 16],
    ] as const) {
      const measured = await race({
        rounds,
        contestants: { twelvefold: 'cache.twelvefold.ts', iovalkey: 'cache.iovalkey.ts', floor: 'cache.parsed.ts' },
        args: [server.url, String(READS), String(atOnce)],
      });
      const us = (name: string) => measured[name]?.cpuUs ?? Number.NaN;
      rows.push({
        name: 'cache',
        measure: `Cache get, a typed value of 50 bytes, ${how}`,
        unit: 'us CPU',
        value: us('twelvefold'),
        peers: { iovalkey: us('iovalkey'), floor: us('floor') },
        target: { times: 1.1, of: 'iovalkey' },
        exact: false,
        note: 'On the Redis of this machine. iovalkey reads the text; the floor parses and checks it with the same schema as well.',
      });
    }
    return rows;
  },
};
