import type { PackedPackage } from '../pack-packages.ts';

/**
 * Looks at one packed package and says what is wrong with it, in one line per fault; no faults
 * means it is fine.
 */
export type Check = (packed: PackedPackage, all: readonly PackedPackage[]) => Promise<readonly string[]>;
