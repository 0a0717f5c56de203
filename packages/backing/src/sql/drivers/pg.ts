/** The driver of SQL databases over pg. @module */
import { createAuthTokens } from '@twelvefold/aws';
import { after, messageOf } from '@twelvefold/core/internal';
import type { OpenContext, Opened } from '../../kind.ts';
import type { SqlClient, SqlConnection, SqlPool, SqlResult, SqlStatement, SqlTransaction } from '../port.ts';
import type { SqlDefinition } from '../sql.ts';
import { readSqlUrl } from '../sql-url.ts';
import { createCheckoutPlaces, placeHere } from './checkout-place.ts';
import { openConnection } from './connect.ts';
import { dryRunSql } from './dry-run.ts';
import type { Limit } from './limit.ts';
import { limitIn, onAbort } from './limit.ts';
import type { LoginSource } from './login.ts';
import { iamLogin, rotatingLogin } from './login.ts';
import type { PgClient, PgModule } from './pg-client.ts';
import { createPinningCheck } from './pinning.ts';
import type { Connection } from './pool.ts';
import { ConnectionPool } from './pool.ts';
import { dropConnection, runStatement } from './statement.ts';
import { tlsOptions } from './tls.ts';
import { runTransaction } from './transaction.ts';

/**
 * The part of the context that the driver uses.
 * @inline
 */
type SqlContext = Pick<
  OpenContext,
  | 'target'
  | 'component'
  | 'clock'
  | 'random'
  | 'warn'
  | 'config'
  | 'metrics'
  | 'identity'
  | 'concurrency'
  | 'isDevelopment'
  | 'credentialsRefused'
  | 'previousSecret'
>;

/**
 * Longest wait for a connection, where the invocation has no earlier deadline: a rotation is over
 * by then.
 */
const CHECKOUT_MS = 15_000;
const PROBE_MS = 1_000;
const CHECK_MS = 2_000;

/**
 * Opens a database through `pg`, which the app has to install. Connections are opened when they are
 * needed.
 *
 * @throws TypeError for a faulty URL; Error when `pg` is not installed
 */
export async function openPgSql(definition: SqlDefinition, context: SqlContext): Promise<Opened<SqlClient>> {
  const { clock, random, metrics } = context;
  const subject = `sql '${definition.name}'`;
  const pg = await importPg(subject);
  const address = readSqlUrl(context.target);
  const ssl = await tlsOptions(address);
  const places = createCheckoutPlaces(subject);
  const checkPinning = context.isDevelopment ? createPinningCheck(subject, context.warn) : undefined;
  const deps = { pg, subject, clock, onCancelled: () => metrics.count('sqlStatementsCancelled') };
  const login = loginOf(definition, context, address);

  const run = (
    connection: Connection,
    statement: string | SqlStatement,
    values: readonly unknown[] | undefined,
    limit: Limit,
  ): Promise<SqlResult> => {
    checkPinning?.(statement);
    metrics.count('sqlStatements');
    return runStatement(deps, connection, statement, values, limit);
  };
  const pool: ConnectionPool = new ConnectionPool({
    subject,
    max: definition.connections ?? context.concurrency,
    generation: login.generation,
    clock,
    holders: places.describe,
    connect: (limit) =>
      openConnection(
        {
          pg,
          subject,
          component: context.component,
          address,
          ssl,
          login,
          clock,
          random,
          onLost: (connection) => pool.lost(connection),
          onOpened: (tookMs) => metrics.time('sqlConnectTime', tookMs),
          onRefused: () => metrics.count('sqlLoginsRefused'),
        },
        limit,
      ),
    probe: async (connection) => {
      await runStatement(deps, connection, 'SELECT 1', undefined, {
        endMs: clock.monotonic() + PROBE_MS,
        signal: undefined,
      });
    },
    onWait: (waitedMs) => metrics.time('sqlConnectionWait', waitedMs),
  });

  const query = async (statement: string | SqlStatement, values?: readonly unknown[]): Promise<SqlResult> => {
    places.assertFree(query);
    const begunMs = clock.monotonic();
    const limit = limitIn(definition.timeoutMs, clock, begunMs);
    const connection = pool.takeIdle() ?? (await pool.take(limitOfCheckout(limit, begunMs)));
    try {
      return await run(connection, statement, values, limit);
    } catch (error) {
      // The stack of an answer begins at the socket: with this it leads to the caller.
      if (error instanceof Error) Error.captureStackTrace(error, query);
      throw error;
    } finally {
      pool.give(connection);
      metrics.time('sqlStatementTime', clock.monotonic() - begunMs);
    }
  };

  const connect = async (): Promise<SqlConnection> => {
    places.assertFree(connect);
    const place = placeHere(connect);
    const begunMs = clock.monotonic();
    const limit = limitIn(definition.timeoutMs, clock);
    const connection = await pool.take(limitOfCheckout(limit, begunMs));
    const letGo = places.lend({ place, isOpen: () => connection.client.getTransactionStatus() !== 'I' });
    return lend(connection, limit, (destroyed) => {
      letGo();
      if (destroyed) connection.dead = true;
      pool.give(connection);
    });
  };

  /**
   * The client itself, since libraries look into it, with the deadline of the invocation for the
   * time of the loan.
   */
  const lend = (connection: Connection, limit: Limit, giveBack: (destroyed: boolean) => void): SqlConnection => {
    const { client } = connection;
    if (checkPinning) watch(client, checkPinning);
    const drop = () => dropConnection(deps, connection);
    const stopTimer = after(clock, Math.max(0, limit.endMs - clock.monotonic()), drop);
    const unwatch = onAbort(limit, drop);
    client.release = (destroyed) => {
      client.release = () => {
        throw new TypeError(`Cannot release a connection of ${subject} twice`);
      };
      if (checkPinning) delete (client as { query?: unknown }).query; // what watch() put before the class's own
      stopTimer();
      unwatch();
      // A transaction that is still open must not be the next borrower's.
      giveBack(Boolean(destroyed) || client.getTransactionStatus() !== 'I');
    };
    return client as unknown as SqlConnection; // pg's client has both
  };

  const client: SqlClient = {
    query: query as SqlClient['query'], // rows have the type that the caller names
    transaction: async (work, options = {}) => {
      places.assertFree(client.transaction);
      return runTransaction(
        {
          subject,
          definition,
          places,
          clock,
          random,
          take: (limit) => pool.take(limit),
          give: (connection) => pool.give(connection),
          run,
          poolOf: (named) => libraryPool(pg, poolOfTransaction(named)),
          onRetry: () => metrics.count('sqlTransactionRetries'),
        },
        placeHere(client.transaction),
        work,
        options,
      );
    },
    pool: libraryPool(pg, {
      connect,
      query: query as SqlPool['query'], // as above
      counts: () => ({ total: pool.total, idle: pool.idle, waiting: pool.waiting }),
    }),
  };
  return {
    client,
    check: async () => {
      // A pool that is all in use works: a check that waited would take a busy service out of the
      // load balancer.
      if (pool.idle === 0 && pool.total >= (definition.connections ?? context.concurrency)) return;
      const limit = { endMs: clock.monotonic() + CHECK_MS, signal: undefined };
      const connection = await pool.take(limit);
      try {
        await run(connection, 'SELECT 1', undefined, limit);
      } finally {
        pool.give(connection);
      }
    },
    drain: () => pool.drained(),
    stop: () => pool.close(),
    dryRun: (wrote) => dryRunSql(client, wrote),
  };
}

/** Looks at the statements of a client before it runs them. */
function watch(client: PgClient, look: (statement: string | SqlStatement) => void): void {
  const { query } = client;
  client.query = (statement, ...rest) => {
    look(statement);
    return query.call(client, statement, ...rest);
  };
}

const limitOfCheckout = (limit: Limit, nowMs: number): Limit => ({
  endMs: Math.min(limit.endMs, nowMs + CHECKOUT_MS),
  signal: limit.signal,
});

async function importPg(subject: string): Promise<PgModule> {
  try {
    const { default: pg } = await import('pg');
    return pg as unknown as PgModule; // it has more than its declarations
  } catch (cause) {
    throw new Error(`Cannot open ${subject}: the package pg cannot be loaded (${messageOf(cause)}); npm install pg`, {
      cause,
    });
  }
}

function loginOf(
  { engine, login }: SqlDefinition,
  { identity, config, credentialsRefused, previousSecret, clock, random, warn }: SqlContext,
  { host, port }: { readonly host: string; readonly port: number },
): LoginSource {
  if ('iam' in login) {
    const user = login.iam;
    if (!identity) throw new TypeError("Cannot log in by IAM: the port to AWS has no 'credentials'");
    const authToken = createAuthTokens(identity, () => clock.now());
    const target =
      engine === 'dsql'
        ? ({ service: 'dsql', host, admin: user === 'admin' } as const)
        : ({ service: 'rds', host, port, user } as const);
    return iamLogin(user, async () => (await authToken(target)).token);
  }
  return rotatingLogin({
    read: () => config(login).reveal(),
    readPrevious: async () => (await previousSecret(login))?.reveal(),
    refresh: (signal) => credentialsRefused({ signal }),
    clock,
    random,
    onWait: (user) => warn(`The login of '${user}' at ${host} was refused: waiting for the end of a rotation`),
  });
}

interface PoolMethods {
  connect(): Promise<SqlConnection>;
  readonly query: SqlPool['query'];
  counts(): { readonly total: number; readonly idle: number; readonly waiting: number };
}

/** A `Pool` of `pg` with our connections: Drizzle looks for its class, Kysely for its options. */
function libraryPool(pg: PgModule, { connect, query, counts }: PoolMethods): SqlPool {
  class LibraryPool extends pg.Pool {
    // Getters, so that the place of a caller is right above ours.
    get connect(): SqlPool['connect'] {
      return connect;
    }
    get query(): SqlPool['query'] {
      return query;
    }
    async end(): Promise<void> {} // the host closes the connections
    get totalCount(): number {
      return counts().total;
    }
    get idleCount(): number {
      return counts().idle;
    }
    get waitingCount(): number {
      return counts().waiting;
    }
  }
  return new LibraryPool({}) as unknown as SqlPool; // pg.Pool sets `options`
}

function poolOfTransaction(query: SqlTransaction['query']): PoolMethods {
  const named = query as SqlPool['query']; // named statements go through as well
  return {
    connect: async () => ({ query: named as SqlConnection['query'], release: () => {} }), // but no cursors
    query: named,
    counts: () => ({ total: 1, idle: 0, waiting: 0 }),
  };
}
