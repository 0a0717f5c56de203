import type { Clock } from '@twelvefold/core';
import { JUST_CHANGED_MS } from '@twelvefold/core/internal';
import type { ConfigDefinition } from '../define-config.ts';
import type { LoadConfigOptions } from '../load/read-config.ts';
import { readConfig } from '../load/read-config.ts';
import type { ConfigGroup, ConfigLeaf } from '../schema/leaf.ts';
import { selectConfig } from '../select/select-config.ts';
import { valueAt } from '../value-at.ts';

export interface PreviousVersionOptions {
  readonly definition: ConfigDefinition;
  readonly load: LoadConfigOptions;
  readonly clock: Clock;
  version(): number;
  /**
   * When the snapshot's value was written or seen to change, the later of the two, by the wall
   * clock; -Infinity when that is unknown, `undefined` when the value did not come from a store.
   */
  changedAtMs(key: string): number | undefined;
  /** Gives the work a signal that aborts when it takes too long. */
  limited<R>(work: (signal: AbortSignal) => Promise<R>): Promise<R>;
}

/** The value, and whether asking again may give another. */
interface PreviousValue {
  readonly value?: unknown;
  readonly again?: true;
}

/**
 * Reads the version AWSPREVIOUS of secrets that have just changed: once per key and snapshot,
 * however many ask, and again only after a store could not be asked.
 */
export function createPreviousVersions(options: PreviousVersionOptions): (path: string) => Promise<unknown> {
  const { definition, clock, limited } = options;
  const cached = new Map<string, { readonly version: number; readonly read: Promise<PreviousValue> }>();

  const read = async (leaf: ConfigLeaf): Promise<PreviousValue> => {
    const before = atStage(definition, leaf, 'AWSPREVIOUS');
    try {
      const { output, faults } = await limited((signal) => readConfig(before, { ...options.load, signal }));
      if (output !== undefined) return { value: valueAt(output, leaf) };
      // A secret that has had one version only has no AWSPREVIOUS.
      return faults.some(({ reason }) => reason === 'unreachable') ? { again: true } : {};
    } catch {
      return { again: true }; // it took too long
    }
  };

  return async (path) => {
    const leaf = definition.leaves.find(({ key }) => key === path);
    if (leaf?.place.in !== 'secretsManager' || leaf.place.versionStage !== undefined) return undefined;
    const changedAtMs = options.changedAtMs(path);
    if (changedAtMs === undefined || clock.now() - changedAtMs >= JUST_CHANGED_MS) return undefined;
    const version = options.version();
    const known = cached.get(path);
    const one = known?.version === version ? known : { version, read: read(leaf) };
    cached.set(path, one);
    const { value, again } = await one.read;
    if (again && cached.get(path) === one) cached.delete(path);
    return value;
  };
}

/** A definition of one key, which reads that version of its secret from Secrets Manager only. */
function atStage(definition: ConfigDefinition, leaf: ConfigLeaf, versionStage: string): ConfigDefinition {
  const part = selectConfig(definition, [leaf.key]).definition;
  const staged: ConfigLeaf = { ...leaf, place: { ...leaf.place, versionStage } as ConfigLeaf['place'] };
  const root = leaf.path.reduceRight<ConfigGroup | ConfigLeaf>(
    (child, segment, depth) => ({
      path: leaf.path.slice(0, depth),
      optional: true,
      children: new Map([[segment, child]]),
    }),
    staged,
  ) as ConfigGroup; // a path has at least one segment
  return {
    ...part,
    root,
    leaves: [staged],
    derived: [],
    sources: part.sources.filter(({ kind }) => kind === 'secretsManager'),
  };
}
