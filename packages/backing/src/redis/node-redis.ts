/** Connections to Redis or Valkey by node-redis. @module */
import { after, backoffMs, toError } from '@twelvefold/core/internal';
import type { ConnectOptions, RedisConnection } from './connection.ts';
import { keepLoggedIn, loginOf } from './connection.ts';
import { parseRedisUrl } from './redis-url.ts';

/** The used part of node-redis's client. */
interface Client {
  readonly isReady: boolean;
  sendCommand(command: readonly string[]): Promise<unknown>;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The used part of node-redis's cluster. */
interface Cluster extends Omit<Client, 'isReady' | 'sendCommand'> {
  readonly isOpen: boolean;
  readonly masters: ReadonlyArray<{ readonly client?: Client }>;
  readonly replicas: ReadonlyArray<{ readonly client?: Client }>;
  sendCommand(key: string, isReadonly: boolean | undefined, command: readonly string[]): Promise<unknown>;
}

interface NodeRedis {
  createClient(options: object): Client;
  createCluster(options: object): Cluster;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/**
 * Connects node-redis (`@redis/client`), which is an optional peer dependency; it covers IAM on a
 * cluster, as ElastiCache Serverless is one. A server that does not answer is not an error: the
 * connection goes on trying, and commands are refused until it is there.
 *
 * @throws TypeError for a wrong URL.
 * @example
 * ```ts
 * import { systemClock } from '@twelvefold/core';
 *
 * const options = { clock: systemClock, random: Math.random };
 * const connection = await connectNodeRedis({ url: 'redis://localhost:6379', ...options });
 * ```
 */
export async function connectNodeRedis(options: ConnectOptions): Promise<RedisConnection> {
  const { url, ca, connectTimeoutMs = 2_000, clock, random } = options;
  const target = parseRedisUrl(url);
  const { host, port } = target;
  const login = loginOf(target, options);
  const { createClient, createCluster } = await importNodeRedis();
  const retryMs = (times: number) => backoffMs(times, FIRST_RETRY_MS, LONGEST_RETRY_MS, random);
  const socket = {
    connectTimeout: connectTimeoutMs,
    reconnectStrategy: (retries: number) => retryMs(retries + 1),
    ...(target.tls ? { tls: true, servername: host, ...(ca === undefined ? {} : { ca }) } : {}),
  };
  const common = {
    disableOfflineQueue: true,
    // Announcements of Redis Cloud; a server without them refuses to be asked.
    maintNotifications: 'disabled',
    // Asked for each new connection.
    ...(login && { credentialsProvider: { type: 'async-credentials-provider', credentials: login } }),
  };
  let failure: Error | undefined;
  const failed = (error: unknown) => {
    failure = toError(error);
  };

  const open = () => {
    if (!target.cluster) {
      const client = createClient({ ...common, socket: { ...socket, host, port } });
      return {
        client,
        nodes: () => [client],
        masters: () => [client],
        isUp: () => client.isReady,
        send: (_key: string, command: readonly string[]) => client.sendCommand(command),
      };
    }
    const cluster = createCluster({ rootNodes: [{ socket: { host, port } }], defaults: { ...common, socket } });
    return {
      client: cluster,
      nodes: () => [...cluster.masters, ...cluster.replicas].flatMap(({ client }) => client ?? []),
      masters: () => cluster.masters.flatMap(({ client }) => client ?? []),
      isUp: () => cluster.isOpen,
      send: (key: string, command: readonly string[]) => cluster.sendCommand(key, undefined, command),
    };
  };
  let stopped = false;
  let cancelRetry = () => {};
  /** The client connects again by itself once it was connected; until then a cluster gives up. */
  const connect = (times: number): Promise<void> =>
    current.client.connect().then(
      () => {
        failure = undefined;
      },
      (error: unknown) => {
        failed(error);
        if (!stopped) cancelRetry = after(clock, retryMs(times), () => void connect(times + 1));
      },
    );
  const begin = () => {
    const opened = open();
    const { promise: tried, resolve } = Promise.withResolvers<void>();
    opened.client.on('error', (error) => {
      failed(error);
      resolve(); // it goes on trying
    });
    current = opened;
    void connect(1).then(resolve);
    return tried;
  };
  const end = () => {
    cancelRetry();
    try {
      current.client.destroy();
    } catch {
      // It was not open.
    }
  };
  let current = open();
  await begin();

  const loggedIn =
    target.iam && login
      ? keepLoggedIn(clock, async () => {
          const { username, password } = await login();
          await Promise.all(current.nodes().map((node) => node.sendCommand(['AUTH', username, password])));
        })
      : undefined;
  const unavailable = () => failure ?? new Error(`not connected to ${host}:${port}`);
  return {
    prefix: target.prefix,
    send: (key, command) => (current.isUp() ? current.send(key, command) : Promise.reject(unavailable())),
    ...(target.cluster && {
      nodes: () => current.masters().map((node) => (command: readonly string[]) => node.sendCommand(command)),
    }),
    check: async () => {
      if (!current.isUp()) throw unavailable();
      await Promise.all(current.nodes().map((node) => node.sendCommand(['PING'])));
    },
    reconnect: () => {
      if (!current.isUp() || stopped) return;
      end();
      void begin();
    },
    stop: async () => {
      stopped = true;
      loggedIn?.();
      end();
    },
  };
}

/** In a `try`, so that a bundler leaves the package out where it is not installed. */
async function importNodeRedis(): Promise<NodeRedis> {
  try {
    return (await import('@redis/client')) as unknown as NodeRedis; // as far as it is used
  } catch (cause) {
    const reason = toError(cause).message;
    throw new Error(
      `Cannot connect: the package @redis/client cannot be loaded (${reason}); npm install @redis/client`,
      {
        cause,
      },
    );
  }
}
