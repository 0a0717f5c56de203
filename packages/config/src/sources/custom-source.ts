import { assertKnownOptions } from '@twelvefold/core/internal';
import type { FaultReason } from '../errors/config-fault.ts';

export interface CustomContent {
  readonly source: CustomSource;
  readonly values: Readonly<Record<string, unknown>>;
  /** The reason that none of the requested keys has a value. */
  readonly fault?: { readonly reason: FaultReason; readonly detail: string; readonly cause: Error };
  readonly requested: ReadonlySet<string>;
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
  /** Asks it. Here, so that only `customSource()` reaches it. */
  readonly ask: (request: SourceRequest) => Promise<CustomContent>;
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
  const source: CustomSource = {
    kind: 'custom',
    name,
    secrets,
    read,
    ask: (request) => readCustomSource(source, request),
  };
  return Object.freeze(source);
}

/**
 * Asks a user's source. A fault shows the class and the code of an error only: its message may
 * quote a value.
 */
async function readCustomSource(source: CustomSource, request: SourceRequest): Promise<CustomContent> {
  const requested = new Set(request.keys);
  try {
    const values: unknown = request.keys.length === 0 ? {} : await source.read(request);
    if (isValues(values)) return { source, requested, values };
    const detail = `${source.name} answered with no object of values by key`;
    return { source, requested, values: {}, fault: { reason: 'malformed', detail, cause: new TypeError(detail) } };
  } catch (error) {
    request.signal?.throwIfAborted();
    const { name, code, retryable } = Object(error) as { name?: unknown; code?: unknown; retryable?: unknown }; // whatever was thrown
    const detail = `${source.name} failed: ${[name, code].filter((part) => typeof part === 'string').join(' ') || 'unknown error'}`;
    const cause = error instanceof Error ? error : new TypeError(`${source.name} threw a value that is not an error`);
    return {
      source,
      requested,
      values: {},
      fault: { reason: retryable === true ? 'unreachable' : 'denied', detail, cause },
    };
  }
}

function isValues(values: unknown): values is Readonly<Record<string, unknown>> {
  return typeof values === 'object' && values !== null && !Array.isArray(values);
}
