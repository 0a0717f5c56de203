import type { FargatePlacement } from './fargate.ts';
import type { LambdaPlacement } from './lambda.ts';

/** Where a component runs, as data. */
export type Placement = LambdaPlacement | FargatePlacement;

/**
 * Where each component of the manifest runs, by its name; on more than one host if it is a list.
 *
 * @example
 * ```ts
 * const compute: Compute = {
 *   http: fargate(),
 *   orders: lambda(),
 *   'recalculate-totals': lambda({ memorySize: 1_024 }),
 * };
 * ```
 */
export type Compute = Readonly<Record<string, Placement | readonly Placement[]>>;
