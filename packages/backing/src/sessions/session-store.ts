import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { unknownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName, sumOf } from '../definition.ts';
import { TABLE_BINDING } from '../dynamodb/table-binding.ts';
import { template as tableTemplate } from '../dynamodb/table-template.ts';
import type { ConfigReference, Kind, OpenContext, Opened } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import { template as cacheTemplate } from '../redis/cache-template.ts';
import { connectOptions } from '../redis/connect-options.ts';
import type { ConnectOptions, RedisConnection } from '../redis/connection.ts';
import { REDIS_BINDING } from '../redis/redis-url.ts';
import type { Rereadable } from '../rereadable.ts';
import type { SessionLimits } from './context.ts';
import type { SessionClient, SessionEvent } from './port.ts';

export interface SessionStoreOptions<S extends StandardSchemaV1> {
  /**
   * The schema of a session's data: an object, as JSON keeps it. It is checked on every write and
   * read, synchronously.
   */
  schema: S;
  /**
   * A session ends after this long without a request. It is written back after a quarter of that
   * time at the earliest, so it ends after 0.75 to 1.0 of it. @defaultValue '30m'
   */
  idle?: Duration;
  /** A session ends this long after its log-in, whatever happens. @defaultValue '12h' */
  absolute?: Duration;
  /**
   * How long an id from before `rotate` still reads. At most '5m'. @defaultValue '30s'
   */
  grace?: Duration;
  /** How long the reason of a session's end is kept, '1m' to '30d'. @defaultValue '1d' */
  remember?: Duration;
  /**
   * How many live sessions a user may have, 1 to 90, and what happens at a further log-in.
   * @defaultValue { sessions: 90, over: 'end oldest' }
   */
  maxPerUser?: { readonly sessions: number; readonly over: 'refuse' | 'end oldest' };
  /**
   * An id from before `rotate` that is used after `grace` may be stolen: that is reported, or the
   * session ends as well. @defaultValue 'report'
   */
  onReuse?: 'report' | 'end';
  /**
   * `iovalkey` and `node-redis` keep sessions on a Valkey or Redis server, whose failover can lose
   * the last second of log-outs. `memory` keeps them in the process: for tests and tools of one
   * process.
   * @defaultValue 'dynamodb'
   */
  driver?: 'dynamodb' | 'iovalkey' | 'node-redis' | 'memory';
  /**
   * The password of a Redis server without IAM, e.g. `config.key('sessions.password')`.
   * @defaultValue none
   */
  password?: ConfigReference;
}

const READ = 'dynamodb:BatchGetItem';
/** Transactions are authorized by their entries, which are puts. */
const WRITE = 'dynamodb:PutItem';

const ACCESSES = {
  load: { methods: ['load'], actions: [READ] },
  touch: { methods: ['touch'], actions: [READ, WRITE] },
  create: { methods: ['create'], actions: [READ, WRITE] },
  save: { methods: ['save'], actions: [READ, WRITE] },
  update: { methods: ['update'], actions: [READ, WRITE] },
  regenerate: { methods: ['regenerate'], actions: [READ, WRITE] },
  rotate: { methods: ['rotate'], actions: [READ, WRITE] },
  end: { methods: ['end', 'endOthers'], actions: [READ, WRITE] },
  list: { methods: ['list', 'inspect'], actions: [READ] },
  endListed: { methods: ['endListed'], actions: [READ, WRITE] },
  endUser: { methods: ['endUser'], actions: [READ, WRITE] },
  endEveryone: { methods: ['endEveryone'], actions: [READ, WRITE] },
} as const;

/**
 * The accesses of a session store. `read` is `load`; `write` is the rest of what a request with a
 * session does; `admin` lists and ends the sessions of users.
 */
const SESSION_ACCESSES = {
  ...ACCESSES,
  read: ACCESSES.load,
  write: /* @__PURE__ */ sumOf(ACCESSES, 'touch', 'create', 'save', 'update', 'regenerate', 'rotate', 'end'),
  admin: /* @__PURE__ */ sumOf(ACCESSES, 'list', 'endListed', 'endUser', 'endEveryone'),
} as const;

export interface SessionStoreDefinition<S extends StandardSchemaV1 = StandardSchemaV1>
  extends Definition<SessionClient<StandardSchemaV1.InferOutput<S>>, typeof SESSION_ACCESSES>,
    SessionLimits {
  readonly kind: 'sessions';
  readonly schema: S;
  readonly password: ConfigReference | undefined;
}

const OPTIONS = ['schema', 'idle', 'absolute', 'grace', 'remember', 'maxPerUser', 'onReuse', 'driver', 'password'];
const MINUTE_MS = 60_000;
const MAX_GRACE_MS = 5 * MINUTE_MS;
const MAX_REMEMBER_MS = 30 * 24 * 60 * MINUTE_MS;
/** All sessions of a user fit into one read and one transaction of 100 records. */
const MAX_SESSIONS = 90;

/**
 * Declares a session store. No I/O happens here.
 *
 * @throws TypeError that names every fault.
 * @example
 * ```ts
 * const schema = z.object({ userId: z.string() });
 * const sessions = sessionStore('sessions', { schema, idle: '30m', absolute: '12h' });
 * ```
 */
export function sessionStore<S extends StandardSchemaV1>(
  name: string,
  options: SessionStoreOptions<S> & Rereadable<S>,
): SessionStoreDefinition<S> {
  assertName('session store', name);
  const faults = unknownOptions(options, OPTIONS).map((option) => `unknown option '${option}'`);
  const duration = (option: string, value: Duration): number => {
    try {
      return durationMs(value);
    } catch {
      faults.push(`${option} is not a duration such as '30m'`);
      return Number.NaN;
    }
  };
  const { maxPerUser = { sessions: MAX_SESSIONS, over: 'end oldest' }, onReuse = 'report' } = options;
  const idleMs = duration('idle', options.idle ?? '30m');
  const absoluteMs = duration('absolute', options.absolute ?? '12h');
  const graceMs = duration('grace', options.grace ?? '30s');
  const rememberMs = duration('remember', options.remember ?? '1d');
  if (idleMs === 0) faults.push('idle is 0; a session would end at once');
  if (idleMs > absoluteMs) faults.push(`idle is ${idleMs} ms and absolute ${absoluteMs} ms; absolute must be as long`);
  if (graceMs > MAX_GRACE_MS) faults.push("grace is longer than '5m'");
  if (rememberMs < MINUTE_MS || rememberMs > MAX_REMEMBER_MS) faults.push("remember is not '1m' to '30d'");
  if (!(Number.isInteger(maxPerUser?.sessions) && maxPerUser.sessions >= 1 && maxPerUser.sessions <= MAX_SESSIONS)) {
    faults.push(`maxPerUser.sessions is not a whole number from 1 to ${MAX_SESSIONS}`);
  }
  if (maxPerUser?.over !== 'refuse' && maxPerUser?.over !== 'end oldest') {
    faults.push("maxPerUser?.over is not 'refuse' or 'end oldest'");
  }
  if (onReuse !== 'report' && onReuse !== 'end') faults.push("onReuse is not 'report' or 'end'");
  if (options.password !== undefined && typeof options.password.path !== 'string') {
    faults.push("password is not a reference to the config, e.g. config.key('sessions.password')");
  }
  if (faults.length > 0) throw new TypeError(`Cannot define session store '${name}': ${faults.join('; ')}`);
  const limits = { idleMs, absoluteMs, graceMs, rememberMs, maxPerUser: Object.freeze({ ...maxPerUser }), onReuse };
  return makeDefinition(SESSIONS, {
    name,
    schema: options.schema,
    password: options.password,
    driver: options.driver,
    ...limits,
  }) as SessionStoreDefinition<S>; // its types exist in the compiler only
}

const MODULE = '@twelvefold/backing/sessions';

const onServer = {
  actions: ['elasticache:Connect'],
  share: 'process',
  binding: REDIS_BINDING,
  configKeys: ({ password }: SessionStoreDefinition) => (password ? [password] : []),
  infrastructure: cacheTemplate,
} as const;

const SESSIONS: Kind<SessionStoreDefinition, object, typeof SESSION_ACCESSES> = {
  name: 'sessions',
  accesses: SESSION_ACCESSES,
  details: ({ idleMs, absoluteMs, graceMs, rememberMs, maxPerUser, onReuse }) => ({
    idleMs,
    absoluteMs,
    graceMs,
    rememberMs,
    maxPerUser,
    onReuse,
  }),
  // By name: the action of Redis does not tell a reader from a writer.
  dryRun: {
    load: 'pass',
    list: 'pass',
    inspect: 'pass',
    end: 'done',
    endListed: 'done',
    endUser: 'done',
    endEveryone: 'done',
  },
  drivers: {
    dynamodb: {
      namespace: 'table',
      binding: TABLE_BINDING,
      modules: [MODULE, '@twelvefold/backing/dynamodb-sessions'],
      infrastructure: (_, context) => tableTemplate({ partitionKey: 'id', ttlAttribute: 'expiresAt' }, context),
      open: async (definition, context) => {
        const { createSessions } = await import('@twelvefold/backing/sessions');
        const { dynamoDbSessionDriver } = await import('@twelvefold/backing/dynamodb-sessions');
        const { target: name, aws, clock, random } = context;
        const driver = dynamoDbSessionDriver({ name, aws, clock, random });
        return { client: createSessions({ definition, driver, ...surroundings(definition, context) }) };
      },
    },
    iovalkey: {
      ...onServer,
      modules: [MODULE, '@twelvefold/backing/redis-sessions', '@twelvefold/backing/iovalkey'],
      open: async (definition, context) => {
        const { connectIovalkey } = await import('@twelvefold/backing/iovalkey');
        return openOnServer(definition, context, connectIovalkey);
      },
    },
    'node-redis': {
      ...onServer,
      modules: [MODULE, '@twelvefold/backing/redis-sessions', '@twelvefold/backing/node-redis'],
      open: async (definition, context) => {
        const { connectNodeRedis } = await import('@twelvefold/backing/node-redis');
        return openOnServer(definition, context, connectNodeRedis);
      },
    },
    memory: {
      actions: [],
      modules: [MODULE, '@twelvefold/backing/memory-sessions'],
      // The components of a process see the same sessions.
      share: 'process',
      infrastructure: () => ({ resources: [], arns: [] }),
      open: async (definition, context) => {
        const { createSessions } = await import('@twelvefold/backing/sessions');
        const { memorySessionDriver } = await import('@twelvefold/backing/memory-sessions');
        const driver = memorySessionDriver({ clock: context.clock });
        return { client: createSessions({ definition, driver, ...surroundings(definition, context) }) };
      },
    },
  },
};

/** Opens the client on a connection; `/health/ready` fails while there is none. */
async function openOnServer(
  definition: SessionStoreDefinition,
  context: OpenContext,
  connect: (options: ConnectOptions) => Promise<RedisConnection>,
): Promise<Opened<object>> {
  const { createSessions } = await import('@twelvefold/backing/sessions');
  const { redisSessionDriver } = await import('@twelvefold/backing/redis-sessions');
  const connection = await connect(connectOptions(context, definition.password));
  const prefix = `${connection.prefix}${definition.name}`;
  const driver = redisSessionDriver({ client: connection, prefix, clock: context.clock });
  const client = createSessions({ definition, driver, ...surroundings(definition, context) });
  return { client, check: connection.check, stop: connection.stop };
}

/** The options of a client that are the same for all drivers. */
function surroundings({ name }: SessionStoreDefinition, { clock, random, warn }: OpenContext) {
  return { clock, random, onEvent: (event: SessionEvent) => warnOf(event, name, warn) };
}

/** Logs what operators should see. Handles and users of reports are in the events only. */
function warnOf(event: SessionEvent, store: string, warn: (message: string) => void): void {
  if (event.type === 'unreadable') warn(event.message);
  if (event.type !== 'reused') return;
  const outcome = event.ended ? 'the session was ended' : 'the session lives on (onReuse: report)';
  warn(
    `An id of session store '${store}' from before a rotation was used after grace: the cookie may have been stolen, or a client kept an old one; ${outcome}; session ${event.handle}`,
  );
}
