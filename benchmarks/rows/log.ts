import { race } from '../support/race.ts';
import type { Measurement } from './measurement.ts';

const FLOOR =
  'The floor writes the same bytes, made beforehand but for the timestamp, to the same descriptor: no logger whose lines have left it when the call returns costs less.';
const WHERE = 'To /dev/null, outside of a scope, at level INFO; pino writes the same fields, synchronously.';

export const log: Measurement = {
  name: 'log',
  quick: false,
  async measure({ rounds }) {
    const of = (kind: string) =>
      Object.fromEntries(['twelvefold', 'powertools', 'pino'].map((name) => [name, `${kind}.${name}.ts`]));
    const line = await race({ rounds, contestants: { ...of('log-line'), floor: 'log-line.floor.ts' } });
    const below = await race({ rounds, contestants: of('log-below') });
    const base = { name: 'log', exact: false };
    const us = (measured: typeof line, name: string) => measured[name]?.cpuUs ?? Number.NaN;
    const written = {
      ...base,
      measure: 'Log line, info with 5 fields',
      unit: 'us CPU',
      value: us(line, 'twelvefold'),
      note: WHERE,
    };
    return [
      { ...written, peers: { Powertools: us(line, 'powertools') }, target: { times: 0.25, of: 'Powertools' } },
      { ...written, peers: { pino: us(line, 'pino') }, target: { times: 0.75, of: 'pino' } },
      {
        ...written,
        measure: 'The same, against what it can cost at least',
        peers: { floor: us(line, 'floor') },
        note: FLOOR,
      },
      {
        ...base,
        measure: 'Log call below level',
        unit: 'ns CPU',
        value: us(below, 'twelvefold') * 1_000,
        peers: { Powertools: us(below, 'powertools') * 1_000, pino: us(below, 'pino') * 1_000 },
        target: { atMost: 20 },
      },
    ];
  },
};
