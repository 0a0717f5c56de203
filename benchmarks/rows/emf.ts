import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

export const emf: Measurement = {
  name: 'emf',
  quick: false,
  async measure({ rounds }) {
    const { twelvefold, powertools, embedded } = await race({
      rounds,
      env: { AWS_EMF_ENVIRONMENT: 'Local', AWS_EMF_NAMESPACE: 'Bench' },
      contestants: {
        twelvefold: 'emf.twelvefold.ts',
        powertools: 'emf.powertools.ts',
        embedded: 'emf.aws-embedded-metrics.ts',
      },
    });
    return [
      {
        name: 'emf',
        measure: 'EMF publish of 5 metrics',
        unit: 'us CPU',
        value: twelvefold?.cpuUs ?? Number.NaN,
        peers: { Powertools: powertools?.cpuUs ?? Number.NaN, 'aws-embedded-metrics': embedded?.cpuUs ?? Number.NaN },
        target: { times: 0.35, of: 'Powertools' },
        exact: false,
        note: 'One added dimension, five metrics of one value each, to /dev/null.',
      },
    ];
  },
};
