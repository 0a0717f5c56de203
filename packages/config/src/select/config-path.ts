import type { Secret } from '../secret.ts';

/** Values that paths do not go into. */
type Value =
  | Secret<unknown>
  | Date
  | RegExp
  | URL
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | readonly unknown[]
  | ((...args: never[]) => unknown);

/** The names of a section's keys; none of a record, whose keys are not declared. */
type Keys<T> = T extends Value ? never : T extends object ? (string extends keyof T ? never : keyof T & string) : never;

/**
 * A section or a key of a config, by its path: `pricing`, `pricing.taxRate`. The condition that
 * always holds keeps the compiler's errors to the path: it would print the whole config's type
 * instead.
 */
export type ConfigPath<T> = T extends unknown
  ? { [K in Keys<T>]: K | `${K}.${ConfigPath<NonNullable<T[K]>>}` }[Keys<T>]
  : never;

type Head<P> = P extends `${infer H}.${string}` ? H : P;
type Tail<P, K extends string> = P extends `${K}.${infer R}` ? R : never;

/** The part of a config that paths name: `PickConfig<Config, 'pricing' | 'payments.apiKey'>`. */
export type PickConfig<T, P extends string> = T extends unknown
  ? T extends undefined
    ? T
    : {
        readonly [K in keyof T as K extends Head<P> ? K : never]: K extends P
          ? T[K]
          : PickConfig<T[K], Tail<P, K & string>>;
      }
  : never;
