import { race } from '../support/race.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

export const httpEvent: Measurement = {
  name: 'http-event',
  quick: false,
  async measure({ rounds }) {
    const rows: Row[] = [];
    for (const method of ['GET', 'POST']) {
      const { twelvefold, hono } = await race({
        rounds,
        contestants: { twelvefold: 'http-event.twelvefold.ts', hono: 'http-event.hono.ts' },
        args: [method],
      });
      rows.push({
        name: 'http-event',
        measure: `API Gateway v2 event through a Hono app, ${method}`,
        unit: 'us CPU',
        value: twelvefold?.cpuUs ?? Number.NaN,
        peers: { 'handle()': hono?.cpuUs ?? Number.NaN },
        target: { times: 0.1, of: 'handle()' },
        exact: false,
        note: "The peer is `handle()` of hono/aws-lambda, in hono's own package: @hono/aws-lambda is not on the registry. Adapters alone: no scope, no access log.",
      });
    }
    return rows;
  },
};
