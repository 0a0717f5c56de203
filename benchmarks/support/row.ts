/** One line of the table. */
export interface Row {
  /** The name that `--row` selects; several lines may share it. */
  readonly name: string;
  readonly measure: string;
  readonly unit: string;
  readonly value: number;
  /**
   * The same measure of others, by name, in the order of the table; `floor` is the least that does
   * the work.
   */
  readonly peers?: Readonly<Record<string, number>>;
  readonly target?: Target;
  /**
   * Counts and bytes do not depend on the machine: missing their target fails the run, where
   * `exact` says so.
   */
  readonly exact: boolean;
  readonly note?: string;
}

/** Absolute, or a multiple of a peer's value. */
export type Target =
  | { readonly exactly: number }
  | { readonly atMost: number }
  | { readonly times: number; readonly of: string; readonly atLeast?: boolean };

/** This row's value as a multiple of the peer that its target names, else of the first peer. */
export function ratioOf({ value, peers, target }: Row): number | undefined {
  const name = target !== undefined && 'times' in target ? target.of : Object.keys(peers ?? {})[0];
  const peer = name === undefined ? undefined : peers?.[name];
  return peer === undefined ? undefined : value / peer;
}

/** This row's value as a multiple of the floor's, where one was measured. */
export function floorRatioOf({ value, peers }: Row): number | undefined {
  return peers?.floor === undefined ? undefined : value / peers.floor;
}

export function meetsTarget(row: Row): boolean {
  const { value, target } = row;
  if (target === undefined) return true;
  if ('exactly' in target) return value === target.exactly;
  if ('atMost' in target) return value <= target.atMost;
  const ratio = ratioOf(row);
  // A peer that was not measured cannot be beaten.
  if (ratio === undefined) return false;
  return target.atLeast ? ratio >= target.times : ratio <= target.times;
}
