import { assertKnownOptions } from '@twelvefold/core/internal';

/** What a source of your own is asked for. */
export interface SourceRequest {
  readonly app: string;
  readonly stage: string;
  /** The keys that nothing above has a value for, e.g. `pricing.taxRate`. */
  readonly keys: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface CustomSourceOptions {
  /** What it is called in faults, e.g. `Vault`. */
  name: string;
  /** Whether it is asked for secrets too. @defaultValue false */
  secrets?: boolean;
  /**
   * Resolves with the values that it has, by key: text is decoded as a store's, anything else as a JSON file's. What it does not have
   * is left out. A rejection is a fault of every key that was asked for; with `retryable: true` on the error, one that may pass.
   */
  read(request: SourceRequest): Promise<Readonly<Record<string, unknown>>>;
}

export interface CustomSource {
  readonly kind: 'custom';
  readonly name: string;
  readonly secrets: boolean;
  readonly read: CustomSourceOptions['read'];
}

/**
 * The port for any other place: a store of the same rank as Parameter Store, and before it. Several are asked at once; the one listed
 * first wins. Nothing is read before a load.
 *
 * @throws TypeError for a source without a name or without `read`, and for an unknown option.
 * @example
 * ```ts
 * const vault = customSource({
 *   name: 'Vault',
 *   secrets: true,
 *   read: async ({ app, stage, keys }) => Object.fromEntries(keys.map((key) => [key, `of ${app} at ${stage}`])),
 * });
 * ```
 */
export function customSource(options: CustomSourceOptions): CustomSource {
  assertKnownOptions('use a source', options, ['name', 'secrets', 'read']);
  const { name, secrets = false, read } = options;
  if (typeof name !== 'string' || name === '') throw new TypeError('Cannot use a source: it needs a name for faults');
  if (typeof read !== 'function') throw new TypeError(`Cannot use the source ${name}: it needs read()`);
  return Object.freeze({ kind: 'custom', name, secrets, read });
}
