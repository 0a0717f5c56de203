import type { Row } from './row.ts';
import { meetsTarget } from './row.ts';

/** The rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { measure, value, unit, target } = row;
    const aim = target === undefined ? '' : 'exactly' in target ? `${target.exactly}` : `at most ${target.atMost}`;
    return `| ${measure} | ${value.toLocaleString('en-US')} | ${unit} | ${aim} | ${aim === '' ? '' : meetsTarget(row) ? 'yes' : '**NO**'} |`;
  });
  return ['| Measure | Value | Unit | Target | Met |', '|---|---:|---|---:|---|', ...lines].join('\n');
}
