import type { Secret } from './secret.ts';

/** Values that freezing does not go into. */
type LeafValue = Secret<never> | Date | RegExp | URL | ((...args: never[]) => unknown);

/** A loaded config: `T`, read-only to its depth. */
export type Snapshot<T> =
  T extends Secret<infer V>
    ? Secret<V>
    : T extends LeafValue | string | number | boolean | bigint | symbol | null | undefined
      ? T
      : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
        ? T
        : T extends object
          ? { readonly [K in keyof T]: Snapshot<T[K]> }
          : T;
