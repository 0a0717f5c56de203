import { findServer } from '../servers/find-server.ts';
import { startServers } from '../servers/start-servers.ts';
import type { DevManifest, DevResource } from './dev-manifest.ts';

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

/**
 * The manifest without the infrastructure of what this machine's Redis stands for: the endpoint has
 * no ElastiCache, so its address comes from a variable and not from the template.
 */
export function withoutRedis(manifest: DevManifest): DevManifest {
  const resources = manifest.resources.map((resource): DevResource => {
    if (!isRedis(resource)) return resource;
    const { cloudFormation: _made, arns: _arns, binding, ...rest } = resource;
    return { ...rest, ...(binding && { binding: { env: binding.env, parameter: binding.parameter } }) };
  });
  return { ...manifest, resources };
}

/** Starts this machine's PostgreSQL and Redis for the resources of a manifest that need them. */
export async function startDevServers(
  resources: readonly DevResource[],
  { env, folder }: DevServersOptions,
): Promise<DevServers> {
  const lacking = resources.filter(
    ({ binding }) => binding !== undefined && binding.from === undefined && env[binding.env] === undefined,
  );
  const found: Record<string, string> = {};
  const notes: string[] = [];
  const bind = (wanted: readonly DevResource[], url: string) => {
    for (const { binding } of wanted) if (binding) found[binding.env] = url;
  };
  const missing = (wanted: readonly DevResource[], what: string) => {
    for (const { key, binding } of wanted) {
      notes.push(`${key} needs ${what}, which this machine does not have; install it or set ${binding?.env}`);
    }
  };
  const databases = lacking.filter(isDatabase);
  const caches = lacking.filter(isRedis);
  const { postgres, redis, stop } = await startServers({
    postgres: databases.length > 0 && findServer('postgresql') !== undefined,
    redis: caches.length > 0 && findServer('redis') !== undefined,
    folder,
  });
  if (postgres === undefined) missing(databases, 'PostgreSQL');
  else {
    bind(databases, `postgres://${postgres.host}:${postgres.port}/${postgres.database}?sslmode=disable`);
    notes.push(`PostgreSQL on ${postgres.host}:${postgres.port}, user ${postgres.user}, password ${postgres.password}`);
  }
  if (redis === undefined) missing(caches, 'Redis or Valkey');
  else {
    bind(caches, redis.url);
    notes.push(`Redis on ${redis.url}`);
  }
  return { env: found, notes, stop };
}
