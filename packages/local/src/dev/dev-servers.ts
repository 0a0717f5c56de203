import { join } from 'node:path';
import { findServer } from '../servers/find-server.ts';
import { startPostgres } from '../servers/start-postgres.ts';
import { startRedis } from '../servers/start-redis.ts';
import type { DevResource } from './dev-manifest.ts';

/** The servers beside the endpoint, by the variables that name them. */
export interface DevServers {
  readonly env: Readonly<Record<string, string>>;
  /** One line for each server that runs, or that a resource lacks. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
}

export interface DevServersOptions {
  /** Variables that name a server already: none is started for these. */
  readonly env: Readonly<Record<string, string>>;
  /** Keeps their data. @defaultValue temporary folders */
  readonly folder?: string | undefined;
}

const isDatabase = ({ kind }: DevResource) => kind === 'sql';
/** Caches, and sessions on Redis. */
const isRedis = ({ kind, driver }: DevResource) =>
  kind === 'cache' || driver.includes('redis') || driver.includes('valkey');

/** Starts this machine's PostgreSQL and Redis for the resources of a manifest that need them. */
export async function startDevServers(
  resources: readonly DevResource[],
  { env, folder }: DevServersOptions,
): Promise<DevServers> {
  const lacking = resources.filter(
    ({ binding }) => binding !== undefined && binding.from === undefined && env[binding.env] === undefined,
  );
  const started: Array<{ stop(): Promise<void> }> = [];
  const found: Record<string, string> = {};
  const notes: string[] = [];
  const stop = async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  };
  const bind = (wanted: readonly DevResource[], url: string) => {
    for (const { binding } of wanted) if (binding) found[binding.env] = url;
  };
  const missing = (wanted: readonly DevResource[], what: string) => {
    for (const { key, binding } of wanted) {
      notes.push(`${key} needs ${what}, which this machine does not have; install it or set ${binding?.env}`);
    }
  };
  const options = (name: string) => (folder === undefined ? {} : { folder: join(folder, name) });
  try {
    const databases = lacking.filter(isDatabase);
    if (databases.length > 0 && findServer('postgresql') === undefined) missing(databases, 'PostgreSQL');
    else if (databases.length > 0) {
      const server = await startPostgres(options('postgresql'));
      started.push(server);
      bind(databases, `postgres://${server.host}:${server.port}/${server.database}?sslmode=disable`);
      notes.push(`PostgreSQL on ${server.host}:${server.port}, user ${server.user}, password ${server.password}`);
    }
    const caches = lacking.filter(isRedis);
    if (caches.length > 0 && findServer('redis') === undefined) missing(caches, 'Redis or Valkey');
    else if (caches.length > 0) {
      const server = await startRedis(options('redis'));
      started.push(server);
      bind(caches, server.url);
      notes.push(`Redis on ${server.url}`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { env: found, notes, stop };
}
