import { COLD_RESOURCES } from '../support/cold-resources.ts';
import { localEndpoint } from '../support/endpoint.ts';
import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

export const cachedRead: Measurement = {
  name: 'cached-read',
  quick: false,
  async measure({ rounds }) {
    await using endpoint = await localEndpoint(COLD_RESOURCES);
    const measured = await race({
      rounds,
      contestants: {
        twelvefold: 'cached-read.twelvefold.ts',
        powertools: 'cached-read.powertools.ts',
        env: 'cached-read.process-env.ts',
      },
      env: { ...endpoint.env, PRICING_TAX_RATE: '0.19' },
    });
    const ns = (name: string) => (measured[name]?.cpuUs ?? Number.NaN) * 1_000;
    return [
      {
        name: 'cached-read',
        measure: 'Cached config read',
        unit: 'ns CPU',
        value: ns('twelvefold'),
        peers: { Powertools: ns('powertools'), 'process.env': ns('env') },
        target: { atMost: 5 },
        exact: false,
      },
    ];
  },
};
