import { race } from '../support/race.ts';
import type { Row } from '../support/row.ts';
import type { Measurement } from './measurement.ts';

const WORK = [
  ['JSON.parse', 'plain'],
  ['JSON.parse and zod/mini', 'checked'],
] as const;

export const lambdaBatch: Measurement = {
  name: 'lambda-batch',
  quick: false,
  async measure({ rounds }) {
    const names = ['twelvefold', 'powertools', 'middy', 'floor'] as const;
    const contestants = Object.fromEntries(names.map((name) => [name, `lambda-batch.${name}.ts`]));
    const rows: Row[] = [];
    for (const [work, arg] of WORK) {
      const measured = await race({ rounds, contestants, args: [arg] });
      const us = (name: string) => measured[name]?.cpuUs ?? Number.NaN;
      rows.push({
        name: 'lambda-batch',
        measure: `Lambda SQS batch, per record: ${work}`,
        unit: 'us CPU',
        value: us('twelvefold'),
        peers: { Powertools: us('powertools'), middy: us('middy'), floor: us('floor') },
        target: { times: 1.2, of: 'floor' },
        exact: false,
        note: 'Batches of ten, the same work on all sides, 600,000 records after 150,000: with a third of that the compiler was a tenth of our figure. Ours opens a scope per record besides, and watches the deadline of the invocation. The floor checks the MD5, parses, and awaits the handler in an AsyncLocalStorage.run: the least a scope is.',
      });
    }
    return rows;
  },
};
