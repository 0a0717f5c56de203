import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName, sumOf } from '../definition.ts';
import { TABLE_BINDING, tableInfrastructure } from '../dynamodb/infrastructure.ts';
import type { Kind } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import type { Rereadable } from '../rereadable.ts';
import type { SessionClient } from './port.ts';

export interface SessionStoreOptions<S extends StandardSchemaV1> {
  /** What a session's data is, as JSON keeps it; checked on every write and read, at once (no asynchronous checks). */
  schema: S;
  /** A session ends after this long without a request. @defaultValue '30m' */
  idle?: Duration;
  /** A session ends this long after it began, whatever happens. @defaultValue '12h' */
  absolute?: Duration;
}

const ACCESSES = {
  load: { methods: ['load'], actions: ['dynamodb:GetItem'] },
  create: { methods: ['create'], actions: ['dynamodb:PutItem'] },
  save: { methods: ['save'], actions: ['dynamodb:UpdateItem'] },
  touch: { methods: ['touch'], actions: ['dynamodb:UpdateItem'] },
  destroy: { methods: ['destroy'], actions: ['dynamodb:DeleteItem'] },
  regenerate: {
    methods: ['regenerate'],
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
  },
} as const;

/**
 * The accesses of a session store. `read` is `load`, `write` the rest: a `touch` returns the session too, so a request with a
 * rolling session needs no `load`.
 */
const SESSION_ACCESSES = {
  ...ACCESSES,
  read: ACCESSES.load,
  write: /* @__PURE__ */ sumOf(ACCESSES, 'create', 'save', 'touch', 'destroy', 'regenerate'),
} as const;

export interface SessionStoreDefinition<S extends StandardSchemaV1 = StandardSchemaV1>
  extends Definition<SessionClient<StandardSchemaV1.InferOutput<S>>, typeof SESSION_ACCESSES> {
  readonly kind: 'sessions';
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
  const fields = { name, schema: options.schema, idleMs, absoluteMs };
  return makeDefinition(SESSIONS, fields) as SessionStoreDefinition<S>; // its types exist in the compiler only
}

const SESSIONS: Kind<SessionStoreDefinition, object, typeof SESSION_ACCESSES> = {
  name: 'sessions',
  accesses: SESSION_ACCESSES,
  drivers: {
    dynamodb: {
      namespace: 'table',
      binding: TABLE_BINDING,
      modules: ['@twelvefold/backing/dynamodb-sessions'],
      infrastructure: (_, context) => tableInfrastructure({ partitionKey: 'id', ttlAttribute: 'expiresAt' }, context),
      open: async (definition, { target: name, aws, clock, random, warn }) => {
        const { createDynamoDbSessions } = await import('@twelvefold/backing/dynamodb-sessions');
        const onUnreadable = (error: Error) => warn(error.message);
        return { client: createDynamoDbSessions({ definition, name, aws, clock, random, onUnreadable }) };
      },
    },
  },
};
