import type { Compute, Placement } from './compute.ts';

/** `Array.isArray` does not know read-only lists. */
const isList = (value: Placement | readonly Placement[]): value is readonly Placement[] => Array.isArray(value);

/** Where the component called `name` runs; nowhere if `compute` does not have it. */
export function placementsOf(compute: Compute, name: string): readonly Placement[] {
  const placed = Object.hasOwn(compute, name) ? compute[name] : undefined;
  if (placed === undefined) return [];
  return isList(placed) ? placed : [placed];
}
