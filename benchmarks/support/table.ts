import type { Row, Target } from './row.ts';
import { floorRatioOf, meetsTarget, ratioOf } from './row.ts';

/** The rows as a Markdown table, then their notes. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const ratio = ratioOf(row);
    const cells = [
      `${row.measure}${row.note === undefined ? '' : ` [${noteNumber(rows, row.note)}]`}`,
      row.unit,
      shown(row.value),
      Object.entries(row.peers ?? {})
        .map(([name, value]) => `${name} ${shown(value)}`)
        .join(', '),
      times(ratio),
      times(floorRatioOf(row)),
      aim(row.target),
      row.target === undefined ? '' : meetsTarget(row) ? 'yes' : '**no**',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const notes = notesOf(rows).map((note, index) => `${index + 1}. ${note}`);
  return [
    '| Measure | Unit | Twelvefold | Peers | Ratio | To the floor | Target | Met |',
    '|---|---|---:|---|---:|---:|---|---|',
    ...lines,
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

const times = (ratio: number | undefined) => (ratio === undefined ? '' : `${ratio.toPrecision(ratio < 1 ? 2 : 3)}x`);

function aim(target: Target | undefined): string {
  if (target === undefined) return '';
  if ('exactly' in target) return `exactly ${shown(target.exactly)}`;
  if ('atMost' in target) return `at most ${shown(target.atMost)}`;
  return `${target.atLeast ? 'at least' : 'at most'} ${target.times}x ${target.of}`;
}

function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function notesOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(({ note }) => (note === undefined ? [] : [note])))];
}

function noteNumber(rows: readonly Row[], note: string): number {
  return notesOf(rows).indexOf(note) + 1;
}
