import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { backoffMs, codeOf, messageOf } from '@twelvefold/core/internal';
import type { SqlAddress } from '../sql-url.ts';
import type { Limit } from './limit.ts';
import { earlier, remainingMs } from './limit.ts';
import type { Login, LoginSource } from './login.ts';
import type { PgClient, PgClientOptions, PgModule } from './pg-client.ts';
import type { Connection } from './pool.ts';

export interface ConnectOptions {
  readonly pg: PgModule;
  readonly subject: string;
  readonly component: string;
  readonly address: SqlAddress;
  readonly ssl: PgClientOptions['ssl'];
  readonly login: LoginSource;
  readonly clock: Clock;
  readonly random: () => number;
  onLost(connection: Connection): void;
  onOpened(tookMs: number): void;
  onRefused(): void;
}

/** One attempt, with TLS and login. */
const ATTEMPT_MS = 5_000;
/** How long a server that is down, restarts or has no connection left is tried again. */
const UNREACHABLE_MS = 5_000;
/**
 * Aurora DSQL ends connections after 60 minutes; elsewhere age spreads connections over the servers
 * after a failover. A tenth less by chance, so that connections that were opened together do not
 * end together.
 */
const MOST_AGE_MS = 1_800_000;

/** 28P01 is a wrong password, 28000 a user that may not log in (PostgreSQL, appendix A). */
const isRefusal = (error: unknown): boolean => ['28P01', '28000'].includes(String(codeOf(error)));
/**
 * Answers of a server that will not change by trying again: no such database, no right to connect.
 */
const isFinal = (error: unknown): boolean => /^(3D000|42501|0A000|08P01)$/.test(String(codeOf(error)));
/** Faults of TLS: a certificate does not become right. */
const isTlsFault = (error: unknown): boolean =>
  /^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL)/.test(String(codeOf(error))) ||
  /does not support SSL|certificate/i.test(messageOf(error));

/**
 * Opens a connection: again while the server cannot be reached, for 5 s, and again with another
 * login while it refuses the login, until the limit.
 *
 * @throws TwelvefoldError `DATABASE_UNREACHABLE` or `LOGIN_REFUSED`
 */
export async function openConnection(options: ConnectOptions, limit: Limit): Promise<Connection> {
  const { subject, login, clock, random } = options;
  const reachable = earlier(limit, UNREACHABLE_MS, clock);
  const tried: Login[] = [];
  let refusal: unknown;
  const begunMs = clock.monotonic();
  let next = await login.current();
  for (let attempt = 1; ; attempt += 1) {
    limit.signal?.throwIfAborted();
    try {
      const connection = await attemptConnection(options, next, remainingMs(limit, clock));
      login.accepted();
      options.onOpened(clock.monotonic() - begunMs);
      return connection;
    } catch (cause) {
      if (isRefusal(cause)) {
        options.onRefused();
        tried.push(next);
        refusal = cause;
        const other = await login.afterRefusal(tried, limit);
        if (other === undefined) throw refused(options, next, cause);
        next = other;
        continue;
      }
      const pauseMs = backoffMs(attempt, 50, 1_000, random);
      const last = tried.at(-1);
      // An attempt that the limit cut short says nothing: the refusal before it is the reason.
      if (last && remainingMs(limit, clock) <= pauseMs) throw refused(options, last, refusal);
      if (isFinal(cause) || isTlsFault(cause) || remainingMs(reachable, clock) <= pauseMs) {
        throw new TwelvefoldError('DATABASE_UNREACHABLE', `Cannot connect to ${subject}: ${messageOf(cause)}`, {
          cause,
        });
      }
      await clock.sleep(pauseMs, limit.signal);
      next = await login.current();
    }
  }
}

function refused({ subject }: ConnectOptions, { user }: Login, cause: unknown): TwelvefoldError {
  const message = `Cannot log in to ${subject} as '${user}': ${messageOf(cause)}; correct its secret, or for IAM grant rds_iam to the user and rds-db:connect to the role`;
  return new TwelvefoldError('LOGIN_REFUSED', message, { cause });
}

async function attemptConnection(options: ConnectOptions, login: Login, leftMs: number): Promise<Connection> {
  const { pg, address, ssl, component, clock, random, onLost } = options;
  // Read before the login is used: a change meanwhile makes this connection one of the old
  // generation.
  const generation = options.login.generation();
  const clientOptions: PgClientOptions = {
    host: address.host,
    port: address.port,
    database: address.database,
    ...login,
    ssl,
    connectionTimeoutMillis: Math.max(1, Math.min(ATTEMPT_MS, Math.ceil(leftMs))),
    application_name: component,
    keepAlive: true,
  };
  const client: PgClient = new pg.Client(clientOptions);
  const now = clock.now();
  const connection: Connection = {
    client,
    options: clientOptions,
    generation,
    endsAtMs: now + MOST_AGE_MS * (1 - 0.1 * random()),
    idleSinceMs: now,
    dead: false,
  };
  // Without a listener an error of an idle connection would end the process.
  client.on('error', () => onLost(connection));
  client.on('end', () => onLost(connection));
  await client.connect();
  return connection;
}
