import type { SqlClient } from '@twelvefold/backing';
import { sql } from '@twelvefold/backing';
import type { Opened, SqlOptions, SqlSecret } from '@twelvefold/backing/internal';
import { openPgSql } from '@twelvefold/backing/pg-sql';
import { systemClock } from '@twelvefold/core';
import type { PostgresServer } from '@twelvefold/local';
import { startPostgres } from '@twelvefold/local';

/** A login of the config that a test can change, as a rotation does. */
export interface FakeSecret {
  username: string;
  password: string;
}

/** A reference to it: only `OpenContext.config` reads what is behind. */
const LOGIN = Object.freeze({ path: 'database.login', config: {} }) as {
  readonly path: string;
  readonly config: object;
  readonly types?: { readonly value: SqlSecret };
};

export interface OpenOptions extends Partial<Parameters<typeof openPgSql>[1]> {
  readonly options?: Partial<SqlOptions>;
  readonly secret?: FakeSecret;
}

/** The open client, with what it counted and warned of. */
export interface SqlUnderTest extends Opened<SqlClient> {
  readonly counts: Map<string, number>;
  readonly warnings: string[];
}

/** A real PostgreSQL of this machine. */
export interface SqlTarget extends AsyncDisposable {
  readonly server: PostgresServer;
  /** Opens a client as another process would; all are closed at the end. */
  open(options?: OpenOptions): Promise<SqlUnderTest>;
  /** Runs statements as the superuser, on a separate client. */
  admin(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** @param defaults - how clients are opened that say nothing else */
export async function openSqlTarget(
  options: Parameters<typeof startPostgres>[0] = {},
  defaults: (server: PostgresServer) => Promise<OpenOptions> = async () => ({}),
): Promise<SqlTarget> {
  const server = await startPostgres(options);
  const { options: defaultOptions, ...defaultContext } = await defaults(server);
  const opened: Opened<SqlClient>[] = [];
  const plain = `postgres://localhost:${server.port}/postgres?sslmode=disable`;
  const superuser = { username: server.user, password: server.password };
  const openWith = async ({ options: own = {}, secret = superuser, ...context }: OpenOptions) => {
    const counts = new Map<string, number>();
    const warnings: string[] = [];
    const one = await openPgSql(sql('orders', { login: LOGIN, ...own }), {
      target: plain,
      component: 'contract',
      clock: systemClock,
      random: Math.random,
      warn: (message) => void warnings.push(message),
      metrics: {
        count: (name, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by),
        time: () => {},
      },
      config: () => ({ reveal: () => ({ ...secret }) }) as never, // the one reference is the login
      credentialsRefused: async () => false,
      previousSecret: async () => undefined,
      concurrency: 4,
      isDevelopment: false,
      ...context,
    });
    opened.push(one);
    return { ...one, counts, warnings };
  };
  const admin = await openWith({ component: 'admin', options: { connections: 1 } });
  return {
    server,
    open: ({ options: own, ...context } = {}) =>
      openWith({ ...defaultContext, ...context, options: { ...defaultOptions, ...own } }),
    admin: async (text, values) => (await admin.client.query(text, values)).rows,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((one) => one.stop?.()));
      await server.stop();
    },
  };
}
