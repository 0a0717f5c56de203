import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from '@twelvefold/lifecycle';
import { durationMs } from '@twelvefold/lifecycle';
import type { Definition } from '../definition.ts';
import { assertKnownOptions, assertName } from '../definition.ts';

export interface SessionStoreOptions<S extends StandardSchemaV1> {
  /** What a session's data is; checked on every write and read. */
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

/** Declares a session store. No I/O happens here. */
export function sessionStore<S extends StandardSchemaV1>(
  name: string,
  options: SessionStoreOptions<S>,
): SessionStoreDefinition<S> {
  assertName('session store', name);
  assertKnownOptions(`session store '${name}'`, options, ['schema', 'idle', 'absolute']);
  const idleMs = durationMs(options.idle ?? '30m');
  const absoluteMs = durationMs(options.absolute ?? '12h');
  if (idleMs > absoluteMs) {
    throw new RangeError(
      `Cannot define session store '${name}': idle (${options.idle}) is longer than absolute (${options.absolute})`,
    );
  }
  return Object.freeze({ kind: 'sessions', name, schema: options.schema, idleMs, absoluteMs });
}
