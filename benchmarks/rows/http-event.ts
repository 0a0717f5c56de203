import { race } from '../support/race.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

export const httpEvent: Measurement = {
  name: 'http-event',
  quick: false,
  async measure({ rounds }) {
    const rows: Row[] = [];
    for (const method of ['GET', 'POST']) {
      const { light, twelvefold, platform, hono, floor } = await race({
        rounds,
        contestants: {
          light: 'http-event.twelvefold-light.ts',
          twelvefold: 'http-event.twelvefold.ts',
          platform: 'http-event.twelvefold-platform.ts',
          hono: 'http-event.hono.ts',
          floor: 'http-event.floor.ts',
        },
        args: [method],
      });
      const row = {
        name: 'http-event',
        unit: 'us CPU',
        peers: { 'handle()': hono?.cpuUs ?? Number.NaN, floor: floor?.cpuUs ?? Number.NaN },
        exact: false,
      };
      rows.push({
        ...row,
        measure: `API Gateway v2 event through a Hono app, ${method}; installLightHttp()`,
        value: light?.cpuUs ?? Number.NaN,
        target: { times: 1, of: 'handle()' },
        note: "The peer is `handle()` of hono/aws-lambda, in hono's own package: @hono/aws-lambda is not on the registry. Adapters alone: no scope, no access log. The floor is contestants/http-event.floor.ts: the least that hands the app a Request of Node's and reads its Response.",
      });
      rows.push({
        ...row,
        measure: `The same by default: light responses, ${method}`,
        value: twelvefold?.cpuUs ?? Number.NaN,
        target: { times: 1, of: 'handle()' },
      });
      rows.push({
        ...row,
        measure: `The same with Node's own Request and Response, ${method}`,
        value: platform?.cpuUs ?? Number.NaN,
      });
    }
    return rows;
  },
};
