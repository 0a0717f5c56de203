import type { BindingOfKind } from '../kind.ts';

/** Where a Valkey or Redis server is, and how to log in. */
export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly user: string | undefined;
  /** Only on this machine: elsewhere it is a value of the config. */
  readonly password: string | undefined;
  /** Log in with a token of IAM: the cache's name, and whether it is serverless. */
  readonly iam: { readonly cache: string; readonly serverless: boolean } | undefined;
  /** The server speaks the cluster protocol, as ElastiCache Serverless does. */
  readonly cluster: boolean;
  /** Put before every key, for apps that share a server. */
  readonly prefix: string;
}

const EXAMPLE = 'rediss://prices@prices-abc.serverless.euw1.cache.amazonaws.com:6379?iam=prices&serverless=true';

export const REDIS_BINDING: BindingOfKind = {
  value: 'url',
  pattern: /^rediss?:\/\/[^\s/]+/,
  expected: `the URL of a Valkey or Redis server, e.g. redis://localhost:6379 or ${EXAMPLE}`,
};

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const QUERY = ['iam', 'serverless', 'cluster', 'prefix'];

/**
 * Reads the URL of a server: `rediss:` is TLS, the user is the ACL's. The query may have `iam`
 * (the name of the cache, whose token is the password), `serverless` and `cluster` (true or false)
 * and `prefix` (put before every key).
 *
 * @throws TypeError that names every fault at once, and never the password.
 */
export function parseRedisUrl(text: string): RedisTarget {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new TypeError(`Cannot read the URL of a Redis server: write it as ${EXAMPLE}`);
  }
  const faults: string[] = [];
  const { searchParams: query } = url;
  const unknown = [...query.keys()].filter((key) => !QUERY.includes(key));
  if (unknown.length > 0) faults.push(`unknown query ${unknown.join(', ')}; known: ${QUERY.join(', ')}`);
  const flag = (name: string): boolean => {
    const value = query.get(name) ?? 'false';
    if (value !== 'true' && value !== 'false') faults.push(`'${name}' is not true or false`);
    return value === 'true';
  };
  const tls = url.protocol === 'rediss:';
  const user = url.username === '' ? undefined : decodeURIComponent(url.username);
  const password = url.password === '' ? undefined : decodeURIComponent(url.password);
  const cacheName = query.get('iam');
  const serverless = flag('serverless');
  const cluster = flag('cluster') || serverless;
  if (password !== undefined && !LOOPBACK.test(url.hostname)) {
    faults.push("it has a password: use IAM, or give the definition 'password', a reference to the config");
  }
  if (cacheName !== null && !tls) faults.push('IAM needs TLS: begin it with rediss:');
  if (cacheName !== null && user === undefined) faults.push('IAM needs a user: rediss://user@host');
  if (url.pathname !== '' && url.pathname !== '/') {
    faults.push('it has a path: ElastiCache Serverless has one database, use prefix');
  }
  if (faults.length > 0)
    throw new TypeError(`Cannot read the URL of the Redis server ${url.host}: ${faults.join('; ')}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    tls,
    user,
    password,
    iam: cacheName === null ? undefined : { cache: cacheName, serverless },
    cluster,
    prefix: query.get('prefix') ?? '',
  };
}
