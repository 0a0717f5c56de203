/** Connections to Redis or Valkey by iovalkey. @module */
import { backoffMs, toError } from '@twelvefold/core/internal';
import type { ConnectOptions, RedisConnection } from './connection.ts';
import { keepLoggedIn, loginOf } from './connection.ts';
import { parseRedisUrl } from './redis-url.ts';

/** The used part of iovalkey's `Redis` and `Cluster`. */
interface Client {
  readonly status: string;
  /** Absent on a cluster. */
  readonly stream?: { readonly writable: boolean; cork(): void; uncork(): void };
  readonly options: { username?: string | undefined; password?: string | undefined };
  call(command: string, args: readonly string[]): Promise<unknown>;
  /** Absent on a single server. */
  nodes?(role: 'master'): ReadonlyArray<Pick<Client, 'call'>>;
  connect(): Promise<void>;
  disconnect(reconnect?: boolean): void;
  quit(): Promise<unknown>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'connect' | 'close', listener: () => void): unknown;
}

interface Iovalkey {
  readonly Redis: new (options: object) => Client;
  readonly Cluster: new (nodes: readonly object[], options: object) => Client;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/**
 * Connects iovalkey, which is an optional peer dependency. A server that does not answer is not an
 * error: the connection goes on trying, and commands are refused until it is there. Nothing is
 * sent twice, since the first may have had its effect.
 *
 * @throws TypeError for a wrong URL, and for IAM on a cluster: iovalkey keeps one password for all
 * nodes of a cluster, and a token ends.
 * @example
 * ```ts
 * import { systemClock } from '@twelvefold/core';
 *
 * const options = { clock: systemClock, random: Math.random };
 * const connection = await connectIovalkey({ url: 'redis://localhost:6379', ...options });
 * ```
 */
export async function connectIovalkey(options: ConnectOptions): Promise<RedisConnection> {
  const { url, ca, connectTimeoutMs = 2_000, clock, random } = options;
  const target = parseRedisUrl(url);
  if (target.iam && target.cluster) {
    throw new TypeError(
      "Cannot log in to a cluster by IAM with iovalkey, which keeps one password for all nodes; use driver: 'node-redis'",
    );
  }
  const login = loginOf(target, options);
  const { Redis, Cluster } = await importIovalkey();
  const retry = (times: number) => backoffMs(times, FIRST_RETRY_MS, LONGEST_RETRY_MS, random);
  const common = {
    lazyConnect: true,
    enableOfflineQueue: false,
    // ACL users need no right to INFO then; a server that loads its data refuses commands by
    // itself.
    enableReadyCheck: false,
  };
  const node = {
    ...common,
    connectTimeout: connectTimeoutMs,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: retry,
    ...(target.tls ? { tls: { servername: target.host, ...(ca === undefined ? {} : { ca }) } } : {}),
    ...(target.cluster ? await login?.() : {}),
  };
  const { host, port } = target;
  const client = target.cluster
    ? new Cluster([{ host, port }], {
        ...common,
        clusterRetryStrategy: retry,
        // The certificate of ElastiCache names the endpoint, not the addresses behind it.
        dnsLookup: (address: string, callback: (error: null, address: string) => void) => callback(null, address),
        redisOptions: node,
      })
    : new Redis({ ...node, host, port });

  // The last error explains why there is no connection, until a new one ends without any.
  let failure: Error | undefined;
  let explains = false;
  client.on('connect', () => {
    explains = false;
  });
  client.on('error', (error) => {
    failure = error;
    explains = true;
  });
  client.on('close', () => {
    if (!explains) failure = undefined;
  });
  if (login && !target.cluster) {
    const connect = client.connect.bind(client);
    // iovalkey reads the password when it connects, and connects again by this method.
    client.connect = async () => {
      Object.assign(client.options, await login());
      await connect();
    };
  }
  const loggedIn =
    target.iam && login
      ? keepLoggedIn(clock, async () => {
          const { username, password } = await login();
          await client.call('AUTH', [username, password]);
        })
      : undefined;

  // A refused login ends the stream before the status changes.
  const isUp = () => client.status === 'ready' && client.stream?.writable !== false;
  let gathering = false;
  /** Commands of one turn go out in one write: a system call is half of the cost of a read. */
  const gather = () => {
    const { stream } = client;
    if (gathering || stream === undefined) return;
    gathering = true;
    stream.cork();
    queueMicrotask(() => {
      gathering = false;
      stream.uncork();
    });
  };
  const unavailable = () => failure ?? new Error(`not connected to ${host}:${port} (${client.status})`);
  await client.connect().catch((error: unknown) => {
    failure ??= toError(error);
  });
  return {
    prefix: target.prefix,
    send: (_key, [name = '', ...args]) => {
      if (!isUp()) return Promise.reject(unavailable());
      gather();
      return client.call(name, args);
    },
    ...(target.cluster && {
      nodes: () =>
        (client.nodes?.('master') ?? []).map(
          (node) =>
            ([name = '', ...args]: readonly string[]) =>
              node.call(name, args),
        ),
    }),
    check: async () => {
      if (!isUp()) throw unavailable();
      await client.call('PING', []);
    },
    reconnect: () => {
      if (client.status === 'ready') client.disconnect(true);
    },
    stop: async () => {
      loggedIn?.();
      if (isUp()) await client.quit().catch(() => {});
      client.disconnect();
    },
  };
}

/** In a `try`, so that a bundler leaves the package out where it is not installed. */
async function importIovalkey(): Promise<Iovalkey> {
  try {
    return (await import('iovalkey')) as unknown as Iovalkey; // as far as it is used
  } catch (cause) {
    const reason = toError(cause).message;
    throw new Error(`Cannot connect: the package iovalkey cannot be loaded (${reason}); npm install iovalkey`, {
      cause,
    });
  }
}
