import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from '@twelvefold/core';
import { durationMs } from '@twelvefold/core';
import { messageOf, unknownOptions } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import { assertName, sumOf } from '../definition.ts';
import type { ConfigReference, Kind, OpenContext, Opened } from '../kind.ts';
import { makeDefinition } from '../kind.ts';
import { template as cacheTemplate } from '../redis/cache-template.ts';
import { connectOptions } from '../redis/connect-options.ts';
import type { ConnectOptions, RedisConnection } from '../redis/connection.ts';
import { REDIS_BINDING } from '../redis/redis-url.ts';
import type { Rereadable } from '../rereadable.ts';
import type { CacheClient } from './port.ts';

/** Values in the memory of each process, in front of the server. */
export interface MemoryTierOptions {
  /** @defaultValue 1,000 */
  entries?: number;
  /** Of keys and values, at two bytes per character. @defaultValue 16 MiB */
  bytes?: number;
  /** How long a process may serve a value that others have changed. @defaultValue '5s' */
  ttl?: Duration;
}

export interface CacheOptions<S extends StandardSchemaV1, N extends Duration | undefined = undefined> {
  /**
   * The shape of a value, as JSON keeps it; checked on every write and read, at once (no
   * asynchronous checks).
   */
  schema: S;
  /** How long a value is fresh. @defaultValue '5m' */
  ttl?: Duration;
  /**
   * How long after that `getOrLoad` still returns it, while it is loaded again.
   * @defaultValue '0s'
   */
  stale?: Duration;
  /**
   * Lets loaders return `undefined`, and remembers for so long that there is no value.
   * @defaultValue they must return one
   */
  negative?: N;
  /**
   * The share of `ttl`, 0 to 0.5, by which each is shortened at random, so that values stored
   * together do not end together.
   * @defaultValue 0.1
   */
  jitter?: number;
  /** @defaultValue none */
  memory?: MemoryTierOptions;
  /** For one operation on the server; a read that takes longer is a miss. @defaultValue '250ms' */
  timeout?: Duration;
  /** Loads at once in this process while the server is down. @defaultValue 10 */
  loadsWhenDown?: number;
  /**
   * The password of a server without IAM, e.g. `config.key('cache.password')`.
   * @defaultValue none
   */
  password?: ConfigReference;
  /**
   * `iovalkey` and `node-redis` are clients of a Valkey or Redis server, to be installed beside
   * this package; `memory` keeps values in the process, for tests and laptops.
   * @defaultValue 'iovalkey'
   */
  driver?: CacheDriver;
}

export type CacheDriver = 'iovalkey' | 'node-redis' | 'memory';

/**
 * The one action of a cache: which commands a user may send is decided by the user's access
 * string.
 */
const actions = ['elasticache:Connect'] as const;

const ACCESSES = {
  get: { methods: ['get'], actions },
  set: { methods: ['set'], actions },
  delete: { methods: ['delete'], actions },
  load: { methods: ['getOrLoad'], actions },
  clear: { methods: ['clear', 'count'], actions },
} as const;

const CACHE_ACCESSES = {
  ...ACCESSES,
  read: ACCESSES.get,
  write: /* @__PURE__ */ sumOf(ACCESSES, 'set', 'delete'),
} as const;

/** `L` is what loaders return: a value, or also `undefined` where the definition has `negative`. */
export interface CacheDefinition<S extends StandardSchemaV1 = StandardSchemaV1, L = StandardSchemaV1.InferOutput<S>>
  extends Definition<CacheClient<StandardSchemaV1.InferOutput<S>, L>, typeof CACHE_ACCESSES> {
  readonly kind: 'cache';
  readonly schema: S;
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly negativeMs: number | undefined;
  readonly jitter: number;
  readonly memory: { readonly entries: number; readonly bytes: number; readonly ttlMs: number } | undefined;
  readonly timeoutMs: number;
  readonly loadsWhenDown: number;
  readonly password: ConfigReference | undefined;
}

const OPTIONS = [
  'schema',
  'ttl',
  'stale',
  'negative',
  'jitter',
  'memory',
  'timeout',
  'loadsWhenDown',
  'password',
  'driver',
];
const MEMORY_OPTIONS = ['entries', 'bytes', 'ttl'];

/**
 * Declares a cache of typed values. No I/O happens here.
 *
 * @throws TypeError listing everything that is wrong with the name and the options.
 * @example
 * ```ts
 * const schema = z.object({ cents: z.number() });
 * const prices = cache('prices', { schema, ttl: '5m', stale: '1h' });
 * ```
 */
export function cache<S extends StandardSchemaV1, const N extends Duration | undefined = undefined>(
  name: string,
  options: CacheOptions<S, N> & Rereadable<S>,
): CacheDefinition<S, StandardSchemaV1.InferOutput<S> | ([N] extends [Duration] ? undefined : never)> {
  assertName('cache', name);
  const checked = checkOptions(name, options);
  return makeDefinition(CACHE, { name, ...checked, driver: options.driver }) as never; // its types exist in the compiler only
}

type Checked = Omit<CacheDefinition, keyof Definition>;

function checkOptions(name: string, options: CacheOptions<StandardSchemaV1, Duration | undefined>): Checked {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Cannot define cache '${name}': its options must be an object with a schema`);
  }
  const faults: string[] = [];
  const duration = (value: Duration, option: string, leastMs: number): number => {
    try {
      const ms = durationMs(value);
      if (ms >= leastMs) return ms;
    } catch {
      // Refused below.
    }
    faults.push(`'${option}' is ${JSON.stringify(value)}; write a duration of at least ${leastMs} ms, e.g. '30s'`);
    return 0;
  };
  const whole = (value: number, option: string): number => {
    if (!Number.isSafeInteger(value) || value < 1) faults.push(`'${option}' is not a whole number from 1`);
    return value;
  };
  const unknown = (given: object, known: readonly string[], prefix = '') =>
    faults.push(
      ...unknownOptions(given, known).map((key) => `unknown option '${prefix}${key}'; known: ${known.join(', ')}`),
    );

  unknown(options, OPTIONS);
  const { schema, negative, jitter = 0.1, memory, password } = options;
  if (typeof schema?.['~standard']?.validate !== 'function') faults.push("'schema' is not a Standard Schema");
  if (typeof jitter !== 'number' || !(jitter >= 0 && jitter <= 0.5)) faults.push("'jitter' is not from 0 to 0.5");
  if (memory) unknown(memory, MEMORY_OPTIONS, 'memory.');
  if (password !== undefined && typeof password.path !== 'string') {
    faults.push("'password' is not a reference to the config, e.g. config.key('cache.password')");
  }
  const checked: Checked = {
    schema,
    ttlMs: duration(options.ttl ?? '5m', 'ttl', 1),
    staleMs: duration(options.stale ?? '0s', 'stale', 0),
    negativeMs: negative === undefined ? undefined : duration(negative, 'negative', 0),
    jitter,
    memory: memory && {
      entries: whole(memory.entries ?? 1_000, 'memory.entries'),
      bytes: whole(memory.bytes ?? 16 * 1_024 * 1_024, 'memory.bytes'),
      ttlMs: duration(memory.ttl ?? '5s', 'memory.ttl', 1),
    },
    timeoutMs: duration(options.timeout ?? '250ms', 'timeout', 1),
    loadsWhenDown: whole(options.loadsWhenDown ?? 10, 'loadsWhenDown'),
    password,
  };
  if (faults.length > 0) throw new TypeError(`Cannot define cache '${name}': ${faults.join('; ')}`);
  return checked;
}

const MODULE = '@twelvefold/backing/cache';

/** One connection, one memory tier and one flight per key for all components of a process. */
const SHARE = 'process';

const onServer = {
  share: SHARE,
  binding: REDIS_BINDING,
  configKeys: ({ password }: CacheDefinition) => (password ? [password] : []),
  infrastructure: cacheTemplate,
} as const;

const CACHE: Kind<CacheDefinition, object, typeof CACHE_ACCESSES, CacheDriver> = {
  name: 'cache',
  accesses: CACHE_ACCESSES,
  details: ({ ttlMs, staleMs }) => ({ ttlMs, staleMs }),
  // A load puts into the cache what a request would have put there.
  dryRun: {
    get: 'pass',
    getOrLoad: 'pass',
    set: { answer: true },
    delete: { answer: true },
    count: 'pass',
    clear: 'done',
  },
  drivers: {
    iovalkey: {
      ...onServer,
      modules: [MODULE, '@twelvefold/backing/iovalkey'],
      open: async (definition, context) => {
        const { connectIovalkey } = await import('@twelvefold/backing/iovalkey');
        return openOnServer(definition, context, connectIovalkey);
      },
    },
    'node-redis': {
      ...onServer,
      modules: [MODULE, '@twelvefold/backing/node-redis'],
      open: async (definition, context) => {
        const { connectNodeRedis } = await import('@twelvefold/backing/node-redis');
        return openOnServer(definition, context, connectNodeRedis);
      },
    },
    memory: {
      actions: [],
      share: SHARE,
      modules: [MODULE],
      infrastructure: () => ({ resources: [], arns: [] }),
      open: async (definition, { clock, random, metrics, warn }) => {
        const { createCache, createMemoryCacheStore } = await import('@twelvefold/backing/cache');
        const store = createMemoryCacheStore({ clock });
        const client = createCache({ definition, store, clock, random, metrics, warn });
        return { client, flush: client.flush };
      },
    },
  },
};

/**
 * Opens the client on a connection. A server that is down fails neither the start nor
 * `/health/ready`.
 */
async function openOnServer(
  definition: CacheDefinition,
  context: OpenContext,
  connect: (options: ConnectOptions) => Promise<RedisConnection>,
): Promise<Opened<object>> {
  const { createCache, createRedisCacheStore } = await import('@twelvefold/backing/cache');
  const { clock, random, metrics, warn } = context;
  const connection = await connect(connectOptions(context, definition.password));
  const store = createRedisCacheStore({ client: connection, prefix: `${connection.prefix}${definition.name}:` });
  const guarded = { ...store, reconnect: connection.reconnect };
  const client = createCache({ definition, store: guarded, clock, random, metrics, warn });
  await connection.check().catch((error: unknown) => {
    warn(`The server of cache '${definition.name}' does not answer yet: ${messageOf(error)}`);
  });
  return { client, flush: client.flush, drain: client.flush, stop: connection.stop };
}
