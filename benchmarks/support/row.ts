/** One line of the table. A row with a `target` is exact, so missing the target fails the run; one without is only reported. */
export interface Row {
  readonly measure: string;
  readonly value: number;
  readonly unit: 'calls' | 'round trips' | 'bytes';
  readonly target?: { readonly exactly: number } | { readonly atMost: number };
}

export function meetsTarget({ value, target }: Row): boolean {
  if (target === undefined) return true;
  return 'exactly' in target ? value === target.exactly : value <= target.atMost;
}
