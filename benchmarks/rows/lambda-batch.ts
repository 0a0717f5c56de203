import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

export const lambdaBatch: Measurement = {
  name: 'lambda-batch',
  quick: false,
  async measure({ rounds }) {
    const names = ['twelvefold', 'powertools', 'middy'] as const;
    const measured = await race({
      rounds,
      contestants: Object.fromEntries(names.map((name) => [name, `lambda-batch.${name}.ts`])),
    });
    const us = (name: string) => measured[name]?.cpuUs ?? Number.NaN;
    return [
      {
        name: 'lambda-batch',
        measure: 'Lambda SQS batch, per record',
        unit: 'us CPU',
        value: us('twelvefold'),
        peers: { Powertools: us('powertools'), middy: us('middy') },
        target: { times: 0.4, of: 'Powertools' },
        exact: false,
        note: 'Batches of ten; everybody parses JSON and validates with zod/mini. Ours opens a scope per record besides, with a correlation id of its own, and checks the MD5 of the body.',
      },
    ];
  },
};
