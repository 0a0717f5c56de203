/** The value at a path. */
export type ConfigValue<T, P extends string> = P extends `${infer H}.${infer R}`
  ? H extends keyof T
    ? ConfigValue<Exclude<T[H], undefined | null>, R>
    : never
  : P extends keyof T
    ? T[P]
    : never;

/** A typed reference to a value of a config, for kinds of backing services that need one. */
export interface ConfigKey<V = unknown> {
  /** e.g. `database.url`. */
  readonly path: string;
  /** The definition that has it. */
  readonly config: object;
  /** Never present. */
  readonly types?: { readonly value: V } | undefined;
}

/** The keys of a definition. */
interface Keys {
  readonly leaves: ReadonlyArray<{ readonly key: string }>;
  readonly derived: ReadonlyArray<{ readonly key: string }>;
}

/** Whether a path names a section or a value of the config. */
export function hasConfigPath(config: Keys, path: string): boolean {
  return [...config.leaves, ...config.derived].some(({ key }) => key === path || key.startsWith(`${path}.`));
}
