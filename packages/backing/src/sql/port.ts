import type { Duration } from '@twelvefold/core';

/** The result of a statement, as `pg` makes it. */
export interface SqlResult<Row = Record<string, unknown>> {
  readonly rows: Row[];
  /** Rows that the statement returned or changed; null for statements such as `CREATE TABLE`. */
  readonly rowCount: number | null;
  /** e.g. `SELECT`. */
  readonly command: string;
}

/**
 * A statement for `pg`: with a `name` it becomes a prepared statement of its session, which pins
 * RDS Proxy.
 */
export interface SqlStatement {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly name?: string;
}

export interface TransactionOptions {
  /**
   * Not on Aurora DSQL, which has one level.
   * @defaultValue the database's, `read committed` by default
   */
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** @defaultValue false */
  readOnly?: boolean;
  /**
   * For the whole transaction, its repetitions included.
   * @defaultValue the definition's `timeout`
   */
  timeout?: Duration;
}

/** An open transaction. */
export interface SqlTransaction {
  /** Runs a statement in the transaction; statements run one after another. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<SqlResult<Row>>;
  /** A pool of this one connection, so that Kysely or Drizzle can work in the transaction. */
  readonly pool: SqlPool;
  /** 1 at first, 2 in the first repetition. */
  readonly attempt: number;
}

/** A connection of a pool, until it is released: a client of `pg`. */
export interface SqlConnection {
  /** Runs a cursor, as `pg-cursor` makes it. */
  query<Cursor extends { submit(connection: never): void }>(cursor: Cursor): Cursor;
  query<Row extends object = Record<string, unknown>>(
    text: string | SqlStatement,
    values?: readonly unknown[],
  ): Promise<SqlResult<Row>>;
  /** Gives the connection back, or closes it. */
  release(destroy?: boolean | Error): void;
}

/**
 * The connections, as Kysely, Drizzle and other libraries expect them: at run time a `Pool` of
 * `pg`. The host closes it: do not call `end`.
 */
export interface SqlPool {
  connect(): Promise<SqlConnection>;
  query<Row extends object = Record<string, unknown>>(
    text: string | SqlStatement,
    values?: readonly unknown[],
  ): Promise<SqlResult<Row>>;
  /** Does nothing. */
  end(): Promise<void>;
  readonly options: object;
  /** Connections that are open or being opened. */
  readonly totalCount: number;
  readonly idleCount: number;
  /** Callers that wait for a connection. */
  readonly waitingCount: number;
}

/** A PostgreSQL database. A component has the methods of the accesses that its `uses` names. */
export interface SqlClient {
  /**
   * Runs one statement on a free connection, in the database's own transaction. At the deadline of
   * the invocation, or after `timeout` of the definition, the statement is cancelled and its
   * connection dropped.
   *
   * Errors of the database are `pg`'s `DatabaseError`, whose `code` is the SQLSTATE.
   *
   * @throws TwelvefoldError `CHECKOUT_NESTED` inside a transaction; `POOL_FULL`,
   * `DATABASE_UNREACHABLE` or `LOGIN_REFUSED` when there was no connection in time;
   * `STATEMENT_CANCELLED` at the deadline.
   * @example
   * ```ts
   * const statement = 'SELECT total FROM orders WHERE id = $1';
   * const { rows } = await database.query<{ total: number }>(statement, ['o-1']);
   * ```
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<SqlResult<Row>>;
  /**
   * Runs `work` in a transaction, and commits it when `work` resolves.
   *
   * It is run again, from its beginning, when the database ended it for a conflict (SQLSTATE 40001)
   * or a deadlock (40P01): with jitter, until the deadline. So `work` must have no effects outside
   * of the database. It is never run again once the answer to COMMIT was lost.
   *
   * @throws TwelvefoldError as `query`; `COMMIT_UNKNOWN` when the connection was lost during
   * COMMIT; `TRANSACTION_ROLLED_BACK` when `work` resolved although a statement of it had failed.
   */
  transaction<T>(work: (transaction: SqlTransaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** For query builders and ORMs. */
  readonly pool: SqlPool;
}
