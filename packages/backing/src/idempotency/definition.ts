import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName } from '../definition.ts';

export interface IdempotencyStoreOptions {
  /** How long a key is remembered. Longer than any message can live (SQS: 14 days at most) means never twice. @defaultValue '15d' */
  window?: Duration;
}

export interface IdempotencyStoreDefinition extends Definition<'idempotency'> {
  readonly windowMs: number;
}

/**
 * Declares a store of idempotency keys. No I/O happens here.
 *
 * @throws TypeError or RangeError for a name, an option or a window that cannot be.
 * @example
 * ```ts
 * const effects = idempotencyStore('effects', { window: '15d' });
 * ```
 */
export function idempotencyStore(name: string, options: IdempotencyStoreOptions = {}): IdempotencyStoreDefinition {
  assertName('idempotency store', name);
  assertKnownOptions(`define idempotency store '${name}'`, options, ['window']);
  const windowMs = durationMs(options.window ?? '15d');
  if (windowMs === 0)
    throw new RangeError(`Cannot define idempotency store '${name}': a window of nothing remembers no key`);
  return Object.freeze({ kind: 'idempotency', name, windowMs });
}
