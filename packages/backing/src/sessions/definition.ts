import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName } from '../definition.ts';
import type { Rereadable } from '../rereadable.ts';

export interface SessionStoreOptions<S extends StandardSchemaV1> {
  /** What a session's data is, as JSON keeps it; checked on every write and read, at once (no asynchronous checks). */
  schema: S;
  /** A session ends after this long without a request. @defaultValue '30m' */
  idle?: Duration;
  /** A session ends this long after it began, whatever happens. @defaultValue '12h' */
  absolute?: Duration;
}

export interface SessionStoreDefinition<S extends StandardSchemaV1 = StandardSchemaV1> extends Definition<'sessions'> {
  readonly schema: S;
  readonly idleMs: number;
  readonly absoluteMs: number;
}

/**
 * Declares a session store. No I/O happens here.
 *
 * @throws TypeError or RangeError for a name, an option or a duration that cannot be.
 * @example
 * ```ts
 * const sessions = sessionStore('sessions', { schema: z.object({ userId: z.string() }), idle: '30m', absolute: '12h' });
 * ```
 */
export function sessionStore<S extends StandardSchemaV1>(
  name: string,
  options: SessionStoreOptions<S> & Rereadable<S>,
): SessionStoreDefinition<S> {
  assertName('session store', name);
  assertKnownOptions(`define session store '${name}'`, options, ['schema', 'idle', 'absolute']);
  const idleMs = durationMs(options.idle ?? '30m');
  const absoluteMs = durationMs(options.absolute ?? '12h');
  if (idleMs === 0 || idleMs > absoluteMs) {
    throw new RangeError(
      `Cannot define session store '${name}': idle is ${idleMs} ms and absolute ${absoluteMs} ms; idle must be longer than nothing and no longer than absolute`,
    );
  }
  return Object.freeze({ kind: 'sessions', name, schema: options.schema, idleMs, absoluteMs });
}
