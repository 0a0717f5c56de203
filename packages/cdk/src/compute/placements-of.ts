import type { Compute, Placement } from './compute.ts';

/** Where the component called `name` runs; nowhere if `compute` does not have it. */
export function placementsOf(compute: Compute, name: string): readonly Placement[] {
  const placed = Object.hasOwn(compute, name) ? compute[name] : undefined;
  if (placed === undefined) return [];
  return 'host' in placed ? [placed] : placed;
}
