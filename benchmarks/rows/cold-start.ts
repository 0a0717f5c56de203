import { bundle } from '../support/bundle.ts';
import { COLD_RESOURCES } from '../support/cold-resources.ts';
import type { Timing } from '../support/contest.ts';
import { localEndpoint } from '../support/endpoint.ts';
import { findNode } from '../support/find-node.ts';
import { median } from '../support/median.ts';
import { runContestant } from '../support/race.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

const WITH_ZOD = 'zod is zod/mini by `import * as z`, on all sides.';

const FLOOR =
  "The floor is handlers/floor.ts: Powertools' own logger and metrics, zod, one call signed by hand over node:http, and nothing else.";

export const coldStart: Measurement = {
  name: 'cold-start',
  quick: false,
  async measure({ rounds }) {
    await using endpoint = await localEndpoint(COLD_RESOURCES);
    const bundles = {
      twelvefold: await bundle('minimal', ['@aws-sdk/*']),
      Powertools: await bundle('powertools'),
      middy: await bundle('middy'),
      floor: await bundle('floor'),
    };
    const rows: Row[] = [];
    for (const major of [22, 24]) {
      const node = findNode(major);
      if (node === undefined) {
        rows.push({ ...row(major, Number.NaN), note: `Node ${major} is not to be had here.` });
        continue;
      }
      const timings: Record<string, Timing[]> = {};
      for (let round = 0; round < rounds * 3; round += 1) {
        for (const [name, { path }] of Object.entries(bundles)) {
          const timing = await runContestant('cold-start.ts', { env: endpoint.env, args: [path], node });
          timings[name] = [...(timings[name] ?? []), timing];
        }
      }
      const ms = (name: string) => median((timings[name] ?? []).map(({ cpuUs }) => cpuUs / 1_000));
      const peers = { Powertools: ms('Powertools'), middy: ms('middy') };
      rows.push({ ...row(major, ms('twelvefold')), peers });
      rows.push({
        ...row(major, ms('twelvefold')),
        measure: `The same, against what it can cost at least; Node ${major}`,
        peers: { floor: ms('floor') },
        target: { times: 1.25, of: 'floor' },
        note: FLOOR,
      });
    }
    return rows;
  },
};

function row(major: number, value: number): Row {
  return {
    name: 'cold-start',
    measure: `Cold start to config and the first batch: logger, metrics, config, batch handler; Node ${major}`,
    unit: 'ms CPU',
    value,
    exact: false,
    note: `From the import of the bundle to the answer to the first event; no figure contains Node's own start. ${WITH_ZOD}`,
  };
}
