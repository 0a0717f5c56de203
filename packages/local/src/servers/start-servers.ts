import { join } from 'node:path';
import type { PostgresServer } from './start-postgres.ts';
import { startPostgres } from './start-postgres.ts';
import type { RedisServer } from './start-redis.ts';
import { startRedis } from './start-redis.ts';

interface ServersOptions {
  readonly postgres: boolean;
  readonly redis: boolean;
  /** Keeps their data. @defaultValue temporary folders */
  readonly folder?: string | undefined;
}

/** The servers that run beside the endpoint. */
interface RunningServers {
  readonly postgres: PostgresServer | undefined;
  readonly redis: RedisServer | undefined;
  stop(): Promise<void>;
}

/** Starts the wanted servers of this machine; when one fails, the others stop. */
export async function startServers({ postgres, redis, folder }: ServersOptions): Promise<RunningServers> {
  const started: Array<{ stop(): Promise<void> }> = [];
  const stop = async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  };
  const start = async <T extends { stop(): Promise<void> }>(
    name: string,
    run: (options: { readonly folder?: string }) => Promise<T>,
  ): Promise<T> => {
    const server = await run(folder === undefined ? {} : { folder: join(folder, name) });
    started.push(server);
    return server;
  };
  try {
    return {
      postgres: postgres ? await start('postgresql', startPostgres) : undefined,
      redis: redis ? await start('redis', startRedis) : undefined,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
