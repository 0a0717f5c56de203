import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { after } from '@twelvefold/core/internal';
import type { SqlResult, SqlStatement } from '../port.ts';
import type { Limit } from './limit.ts';
import { onAbort } from './limit.ts';
import type { PgModule } from './pg-client.ts';
import { cancelStatement, destroy } from './pg-client.ts';
import type { Connection } from './pool.ts';

export interface StatementOptions {
  readonly pg: PgModule;
  readonly subject: string;
  readonly clock: Clock;
  onCancelled(): void;
}

/**
 * Runs a statement. When its time is over it is cancelled on the server, and its connection is
 * dropped: an answer that comes late must not meet the next statement.
 *
 * @throws TwelvefoldError `STATEMENT_CANCELLED`; the signal's reason; `pg`'s errors
 */
export function runStatement(
  options: StatementOptions,
  connection: Connection,
  statement: string | SqlStatement,
  values: readonly unknown[] | undefined,
  limit: Limit,
): Promise<SqlResult> {
  const { clock } = options;
  return new Promise((resolve, reject) => {
    const { signal } = limit;
    if (signal?.aborted) return reject(signal.reason);
    const leftMs = Math.max(0, limit.endMs - clock.monotonic());
    const stop = (reason: unknown) => {
      stopTimer();
      unwatch();
      dropConnection(options, connection);
      reject(reason);
    };
    const stopTimer = after(clock, leftMs, () => stop(cancelled(options, leftMs)));
    const unwatch = onAbort(limit, () => stop(signal?.reason));
    // The form with a callback: the one with a promise adds a turn and a second stack to each
    // statement.
    connection.client.query(statement, values, (error, result) => {
      stopTimer();
      unwatch();
      if (error) reject(error);
      else resolve(result);
    });
  });
}

/** Ends what a connection is doing, on the server too. */
export function dropConnection({ pg, onCancelled }: StatementOptions, connection: Connection): void {
  connection.dead = true;
  onCancelled();
  void cancelStatement(pg, connection.client, connection.options);
  destroy(connection.client);
}

function cancelled({ subject }: StatementOptions, ms: number): TwelvefoldError {
  const message = `Cancelled a statement on ${subject} after ${Math.round(ms)} ms: the deadline of its invocation or the timeout of ${subject} has passed`;
  return new TwelvefoldError('STATEMENT_CANCELLED', message);
}
