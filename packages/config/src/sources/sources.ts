import { assertKnownOptions } from '@twelvefold/core/internal';

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

/** The request to a custom source. */
export interface SourceRequest {
  readonly app: string;
  readonly stage: string;
  /** The keys that nothing above has a value for, e.g. `pricing.taxRate`. */
  readonly keys: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface CustomSourceOptions {
  /** Its name in faults, e.g. `Vault`. */
  name: string;
  /** Whether it is asked for secrets too. @defaultValue false */
  secrets?: boolean;
  /**
   * Resolves with the values that it has, by key: text is decoded as a store's, anything else as a
   * JSON file's. Keys that it does not have are left out. A rejection is a fault of every key that
   * was asked for; with `retryable: true` on the error, one that may pass.
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
 * The port for any other place: a store of the same rank as Parameter Store, and before it. Several
 * are asked at once; the one listed first wins. Nothing is read before a load.
 *
 * @throws TypeError for a source without a name or without `read`, and for an unknown option.
 * @example
 * ```ts
 * const vault = customSource({
 *   name: 'Vault',
 *   secrets: true,
 *   read: async ({ app, stage, keys }) =>
 *     Object.fromEntries(keys.map((key) => [key, `of ${app} at ${stage}`])),
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

export interface FileOptions {
  /** Whether the file's absence is a fault. @defaultValue false */
  required?: boolean;
}

export interface FileSource {
  readonly kind: 'file';
  /**
   * Relative to the working directory; `{app}` and `{stage}` stand for the loaded app and stage.
   */
  readonly path: string;
  readonly format: 'json' | 'yaml' | 'env';
  readonly required: boolean;
}

/**
 * A file under the stores and over the defaults: JSON or YAML nested like the schema, or `.env`
 * lines named like the environment. Of several files, the one listed first wins.
 *
 * YAML takes the package `yaml`, an optional peer.
 *
 * @throws TypeError for another kind of file or an unknown option.
 * @example
 * ```ts
 * const sources = [env(), file('.env'), file('config.{stage}.json', { required: true })];
 * ```
 */
export function file(path: string, options: FileOptions = {}): FileSource {
  assertKnownOptions(`use file '${path}'`, options, ['required']);
  return Object.freeze({ kind: 'file', path, format: formatOf(path), required: options.required ?? false });
}

/** `.env`, `.env.test`, `local.env`, `config.json`, `config.yaml`. */
function formatOf(path: unknown): FileSource['format'] {
  const name = typeof path === 'string' ? (path.split(/[/\\]/).at(-1) ?? '') : '';
  if (name.endsWith('.json')) return 'json';
  if (/\.ya?ml$/.test(name)) return 'yaml';
  if (/^\.env(\.|$)|\.env$/.test(name)) return 'env';
  throw new TypeError(
    `Cannot use file ${JSON.stringify(path)}: its name must end in .json, .yaml or .yml, or be .env, .env.<name> or <name>.env`,
  );
}
