import type { Misfit } from './fit.ts';

/** The places that do not fit, for a message: `'totalCents', 'lines[0].sku'`. */
export function misfitList(misfits: readonly Misfit[]): string {
  const paths = new Set(misfits.map(({ path }) => (path === '' ? 'the value as a whole' : `'${path}'`)));
  return [...paths].join(', ');
}
