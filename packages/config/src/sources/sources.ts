import { assertKnownOptions } from '@twelvefold/core/internal';
import type { CustomSource } from './custom-source.ts';
import type { FileSource } from './file-source.ts';

/** Where values come from, as plain data; nothing is read before `loadConfig`. */
export type ConfigSource =
  | EnvSource
  | MemorySource
  | CustomSource
  | ParameterStoreSource
  | SecretsManagerSource
  | FileSource;

export interface EnvSource {
  readonly kind: 'env';
}

/**
 * The environment: `pricing.taxRate` is `PRICING_TAX_RATE`. It wins over every other source, and
 * what it supplies is not fetched. An empty variable counts as not set, so `PRICING_TAX_RATE=`
 * cannot become 0.
 *
 * @throws TypeError for options.
 */
export function env(...options: never[]): EnvSource {
  if (options.length > 0)
    throw new TypeError('Cannot use the environment: env() takes no options; a key is named by its marker');
  return Object.freeze({ kind: 'env' });
}

export interface MemorySource {
  readonly kind: 'memory';
  /** Nested like the schema. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Values at hand, for tests: nested like the schema, typed or as text. They stand in for the
 * stores: the environment wins over them, and what they hold is not fetched.
 *
 * @throws TypeError when there are no values.
 * @example
 * ```ts
 * const sources = [memory({ pricing: { taxRate: 0.2 } })];
 * const config = await loadConfig({ ...definition, sources }, { app: 'orders', stage: 'test' });
 * ```
 */
export function memory(values: Readonly<Record<string, unknown>>): MemorySource {
  if (typeof values !== 'object' || values === null) {
    throw new TypeError('Cannot use memory as a source: it takes values nested like the schema');
  }
  return Object.freeze({ kind: 'memory', values });
}

export interface ParameterStoreOptions {
  /**
   * Read everything under `/{app}/{stage}/` page by page, instead of exactly the declared names in
   * tens. One round trip per ten parameters that are there, in sequence; it takes a permission on
   * the whole path. @defaultValue false
   */
  byPath?: boolean;
}

export interface ParameterStoreSource {
  readonly kind: 'parameterStore';
  readonly byPath: boolean;
}

/**
 * Parameter Store: `pricing.taxRate` is `/{app}/{stage}/pricing/taxRate`, a String or a StringList.
 * Secrets are read from it, as a SecureString, only if `secret()` has the option `parameter`.
 */
export function parameterStore(options: ParameterStoreOptions = {}): ParameterStoreSource {
  assertKnownOptions('use Parameter Store', options, ['byPath']);
  return Object.freeze({ kind: 'parameterStore', byPath: options.byPath ?? false });
}

export interface SecretsManagerOptions {
  /**
   * Read secrets by BatchGetSecretValue in twenties, instead of by reference through GetParameters.
   * For roles that may not use Parameter Store; it takes `secretsmanager:BatchGetSecretValue` on
   * `*`. @defaultValue false
   */
  batch?: boolean;
}

export interface SecretsManagerSource {
  readonly kind: 'secretsManager';
  readonly batch: boolean;
}

/** Secrets Manager: the secret `payments.apiKey` is `{app}/{stage}/payments/apiKey`. */
export function secretsManager(options: SecretsManagerOptions = {}): SecretsManagerSource {
  assertKnownOptions('use Secrets Manager', options, ['batch']);
  return Object.freeze({ kind: 'secretsManager', batch: options.batch ?? false });
}
