import type { Row } from '../support/row.ts';

/** One measurement of the suite: some rows that are measured together. */
export interface Measurement {
  /** The name that `--row` selects. */
  readonly name: string;
  /** Counts and bytes alone, which are the same on every machine: they run with `--quick`. */
  readonly quick: boolean;
  measure(settings: MeasureSettings): Promise<readonly Row[]>;
}

export interface MeasureSettings {
  /** Fresh processes per contestant. */
  readonly rounds: number;
  /** Without peers where they only stand beside a count. */
  readonly quick: boolean;
}
