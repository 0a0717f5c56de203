import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { createCheckoutPlaces, placeHere } from '../sql/drivers/checkout-place.ts';
import type { Connection } from '../sql/drivers/pool.ts';
import { runTransaction } from '../sql/drivers/transaction.ts';
import type { SqlClient, SqlPool, SqlResult, SqlStatement } from '../sql/port.ts';
import type { SqlDefinition } from '../sql/sql.ts';

/** The answer to a statement: its rows, or a whole result. */
export type FakeSqlAnswer = ReadonlyArray<Record<string, unknown>> | Partial<SqlResult> | undefined;

/** A statement that a fake has got. `BEGIN`, `COMMIT` and `ROLLBACK` are among them. */
export interface FakeSqlStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Makes a client of `sql` that a test answers, with the rules of the real one: transactions are
 * repeated after conflicts (an error with `code: '40001'`), rolled back after errors, and a second
 * checkout in an open transaction is `CHECKOUT_NESTED`. Nothing reads the SQL: test statements on a
 * real PostgreSQL, with `startPostgres` of `@twelvefold/local`.
 *
 * @param answer Called with each statement but those that begin and end transactions. What it
 * throws is the statement's error.
 * @example
 * ```ts
 * const database = sql('orders', { login: { iam: 'orders_app' } });
 * const fake = fakeSql(database, ({ values: [id] }) => [{ id, total: 500 }]);
 * const { rows: found } = await fake.query('SELECT id, total FROM orders WHERE id = $1', ['o-1']);
 * console.log(found, fake.statements.length); // [{ id: 'o-1', total: 500 }] 1
 * ```
 */
export function fakeSql(
  definition: SqlDefinition,
  answer: (statement: FakeSqlStatement) => FakeSqlAnswer | Promise<FakeSqlAnswer>,
  options: { clock?: Clock } = {},
): SqlClient & { readonly statements: FakeSqlStatement[] } {
  assertKnownOptions(`make a fake of sql '${definition.name}'`, options, ['clock']);
  const { clock = systemClock } = options;
  const subject = `sql '${definition.name}'`;
  const places = createCheckoutPlaces(subject);
  const statements: FakeSqlStatement[] = [];

  const run = async (
    { client }: FakeConnection,
    statement: string | SqlStatement,
    given: readonly unknown[] = [],
  ): Promise<SqlResult> => {
    const { text, values = given } = typeof statement === 'string' ? { text: statement } : statement;
    statements.push({ text, values });
    const [command = ''] = text.trim().toUpperCase().split(/[\s;]/, 1);
    const after = ENDS[command];
    if (after !== undefined) {
      // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK.
      const hasFailed = client.status === 'E';
      client.status = after;
      return { rows: [], rowCount: null, command: hasFailed ? 'ROLLBACK' : command };
    }
    try {
      return resultOf(command, await answer({ text, values }));
    } catch (error) {
      if (client.status === 'T') client.status = 'E';
      throw error;
    }
  };

  const query = async (statement: string | SqlStatement, values?: readonly unknown[]): Promise<SqlResult> => {
    places.assertFree(query);
    return run(openFake(), statement, values);
  };
  const client: SqlClient = {
    query: query as SqlClient['query'], // rows have the type that the caller names
    transaction: async (work, settings = {}) => {
      places.assertFree(client.transaction);
      return runTransaction(
        {
          subject,
          definition,
          places,
          clock,
          random: Math.random,
          take: () => openFake() as unknown as Connection, // runTransaction reads its status only
          give: () => {},
          run: (connection, statement, values) => run(connection as unknown as FakeConnection, statement, values), // of take
          poolOf: (query) => poolOf(query as SqlPool['query']), // as above
          onRetry: () => {},
        },
        placeHere(client.transaction),
        work,
        settings,
      );
    },
    pool: poolOf(query as SqlPool['query']), // as above
  };
  return Object.assign(client, { statements });
}

/** A connection of `pg` as far as transactions look into it. */
interface FakeConnection {
  readonly client: { status: 'I' | 'T' | 'E'; getTransactionStatus(): string };
  dead: boolean;
}

function openFake(): FakeConnection {
  const client: FakeConnection['client'] = { status: 'I', getTransactionStatus: () => client.status };
  return { client, dead: false };
}

/** The state after the statements that begin and end transactions. */
const ENDS: Readonly<Record<string, 'I' | 'T'>> = { BEGIN: 'T', COMMIT: 'I', ROLLBACK: 'I' };

function resultOf(command: string, answer: FakeSqlAnswer): SqlResult {
  const result: Partial<SqlResult> = isRows(answer) ? { rows: [...answer] } : { ...answer };
  const { rows = [], rowCount = rows.length } = result;
  return { command, ...result, rows, rowCount };
}

/** `Array.isArray` does not narrow a readonly array. */
const isRows = (answer: FakeSqlAnswer): answer is ReadonlyArray<Record<string, unknown>> => Array.isArray(answer);

function poolOf(query: SqlPool['query']): SqlPool {
  return {
    query,
    connect: async () => ({ query: query as never, release: () => {} }), // but no cursors
    end: async () => {},
    options: {},
    totalCount: 1,
    idleCount: 1,
    waitingCount: 0,
  };
}
