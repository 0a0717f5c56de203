/**
 * The one thing that is needed of a client of Valkey or Redis: send a command and get its reply.
 */
export interface RedisClient {
  /**
   * @param key the one key of the command, which decides the node of a cluster
   * @param command its name and arguments, e.g. `['GET', 'prices:sku-1']`
   */
  send(key: string, command: readonly string[]): Promise<unknown>;
  /**
   * The nodes of a cluster that hold its keys, for a look at all of them.
   * @defaultValue one server has all
   */
  nodes?(): ReadonlyArray<(command: readonly string[]) => Promise<unknown>>;
}

/** iovalkey and ioredis, standalone or cluster. */
interface CallClient {
  call(command: string, args: string[]): Promise<unknown>;
}

/** node-redis, standalone. */
interface CommandClient {
  sendCommand(command: string[]): Promise<unknown>;
}

/** A connected client of iovalkey, ioredis or node-redis, or anything with `send`. */
export type AnyRedisClient = RedisClient | CallClient | CommandClient;

/**
 * A client as the drivers use it. A cluster of node-redis and GLIDE take one line:
 * `{ send: (key, command) => cluster.sendCommand(key, undefined, [...command]) }`,
 * `{ send: (_key, command) => glide.customCommand([...command]) }`.
 *
 * @throws TypeError for an object without a known way to send a command.
 */
export function redisClient(client: AnyRedisClient): RedisClient {
  if ('send' in client && typeof client.send === 'function') return client;
  if ('call' in client && typeof client.call === 'function') {
    return { send: (_key, [name = '', ...args]) => client.call(name, args) };
  }
  if ('sendCommand' in client && typeof client.sendCommand === 'function') {
    return { send: (_key, command) => client.sendCommand([...command]) };
  }
  throw new TypeError('Cannot use this Redis client: it has none of send, call and sendCommand');
}
