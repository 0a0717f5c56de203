import type { Clock } from '@twelvefold/core';
import { durationMs, TwelvefoldError } from '@twelvefold/core';
import { assertKnownOptions, backoffMs, codeOf, messageOf } from '@twelvefold/core/internal';
import type { SqlResult, SqlStatement, SqlTransaction, TransactionOptions } from '../port.ts';
import type { SqlDefinition } from '../sql.ts';
import type { CheckoutPlaces } from './checkout-place.ts';
import type { Limit } from './limit.ts';
import { limitIn, remainingMs } from './limit.ts';
import type { Connection } from './pool.ts';

export interface TransactionDeps {
  readonly subject: string;
  readonly definition: SqlDefinition;
  readonly places: CheckoutPlaces;
  readonly clock: Clock;
  readonly random: () => number;
  take(limit: Limit): Connection | Promise<Connection>;
  give(connection: Connection): void;
  run(
    connection: Connection,
    statement: string | SqlStatement,
    values: readonly unknown[] | undefined,
    limit: Limit,
  ): Promise<SqlResult>;
  /** A pool of one connection. */
  poolOf(query: SqlTransaction['query']): SqlTransaction['pool'];
  onRetry(): void;
}

/**
 * Serialization failure and deadlock: the database has undone all of the transaction (PostgreSQL,
 * appendix A).
 */
const CONFLICTS = ['40001', '40P01'];
const ISOLATIONS = ['read committed', 'repeatable read', 'serializable'];

/** Runs a transaction, and again after conflicts. `place` is where its caller stands. */
export async function runTransaction<T>(
  deps: TransactionDeps,
  place: Error,
  work: (transaction: SqlTransaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const { clock, random } = deps;
  const begin = beginWith(deps, options);
  const limit = limitIn(options.timeout === undefined ? deps.definition.timeoutMs : durationMs(options.timeout), clock);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(deps, { place, work, begin, limit, attempt });
    } catch (error) {
      if (!CONFLICTS.includes(String(codeOf(error)))) throw error;
      const pauseMs = backoffMs(attempt, 10, 1_000, random, 'full');
      if (remainingMs(limit, clock) <= pauseMs) throw error;
      deps.onRetry();
      await clock.sleep(pauseMs, limit.signal);
    }
  }
}

/** @throws TypeError that names every wrong option */
function beginWith({ subject, definition }: TransactionDeps, options: TransactionOptions): (limitMs: number) => string {
  assertKnownOptions(`begin a transaction on ${subject}`, options, ['isolation', 'readOnly', 'timeout']);
  const { isolation, readOnly = false } = options;
  const isDsql = definition.engine === 'dsql';
  if (isolation !== undefined && (isDsql || !ISOLATIONS.includes(isolation))) {
    const cure = isDsql ? 'Aurora DSQL has one isolation level; leave it out' : `use one of ${ISOLATIONS.join(', ')}`;
    throw new TypeError(`Cannot begin a transaction on ${subject}: isolation is '${isolation}': ${cure}`);
  }
  const modes = [
    ...(isolation === undefined ? [] : [`ISOLATION LEVEL ${isolation.toUpperCase()}`]),
    ...(readOnly ? ['READ ONLY'] : []),
  ];
  const begin = ['BEGIN', ...modes].join(' ');
  if (isDsql) return () => begin;
  // For a process that is frozen or killed meanwhile: the server ends the statement, or the idle
  // transaction and its locks. LOCAL, since a SET of the session pins RDS Proxy. In one message, so
  // that it costs no round trip.
  return (ms) => `${begin}; SET LOCAL statement_timeout = ${ms}; SET LOCAL idle_in_transaction_session_timeout = ${ms}`;
}

interface Attempt<T> {
  readonly place: Error;
  readonly work: (transaction: SqlTransaction) => Promise<T>;
  readonly begin: (limitMs: number) => string;
  readonly limit: Limit;
  readonly attempt: number;
}

async function attemptTransaction<T>(deps: TransactionDeps, one: Attempt<T>): Promise<T> {
  const { places, clock } = deps;
  const { place, work, begin, limit, attempt } = one;
  const connection = await deps.take(limit);
  let open = true;
  const hold = { place, isOpen: () => open };
  const letGo = places.hold(hold);
  const run = (text: string, values?: readonly unknown[]) => deps.run(connection, text, values, limit);
  let last: Promise<unknown> = Promise.resolve();
  let rollback: Promise<unknown> | undefined;
  // One after another: pg gives up its own queue of statements.
  const query = ((text: string, values?: readonly unknown[]) => {
    if (!open) throw new TypeError(`Cannot use a transaction on ${deps.subject} after its end: await its statements`);
    const result = last.then(
      () => run(text, values),
      () => run(text, values),
    );
    last = result.catch(() => undefined);
    return result;
  }) as SqlTransaction['query']; // rows have the type that the caller names
  const transactionOf = (query: SqlTransaction['query']): SqlTransaction => ({
    query: query,
    // Made when it is asked for: most transactions have no library.
    get pool() {
      return deps.poolOf(query);
    },
    attempt,
  });
  try {
    await run(begin(Math.max(1, Math.ceil(remainingMs(limit, clock)))));
    const result = await places.inside(hold, () => work(transactionOf(query)));
    open = false;
    await last;
    await commit(deps, connection, limit);
    return result;
  } catch (error) {
    open = false;
    await last;
    // A connection that cannot be cleaned is dropped, and the server rolls back.
    if (!connection.dead && connection.client.getTransactionStatus() !== 'I') {
      rollback = run('ROLLBACK').catch(() => {
        connection.dead = true;
      });
      await rollback;
    }
    throw error;
  } finally {
    letGo();
    deps.give(connection);
  }
}

async function commit({ subject, run }: TransactionDeps, connection: Connection, limit: Limit): Promise<void> {
  let result: SqlResult;
  try {
    result = await run(connection, 'COMMIT', undefined, limit);
  } catch (cause) {
    // An error of the database is an answer: it has rolled back. FATAL ends the session, maybe
    // after the commit.
    const { severity } = cause as { severity?: string };
    if (severity === 'ERROR' && codeOf(cause) !== '40003') throw cause;
    connection.dead = true;
    const message = `Cannot tell whether a transaction on ${subject} was committed: ${messageOf(cause)}; look at its effect before you do it again`;
    throw new TwelvefoldError('COMMIT_UNKNOWN', message, { cause });
  }
  if (result.command === 'COMMIT') return;
  // PostgreSQL answers ROLLBACK, without an error, to the COMMIT of a transaction of which a
  // statement failed.
  const message = `Cannot commit a transaction on ${subject}: a statement of it failed, and its error was caught; let it reach transaction()`;
  throw new TwelvefoldError('TRANSACTION_ROLLED_BACK', message);
}
