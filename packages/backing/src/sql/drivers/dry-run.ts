import { TwelvefoldError } from '@twelvefold/core';
import { codeOf, unknownResult } from '@twelvefold/core/internal';
import type {
  SqlClient,
  SqlConnection,
  SqlPool,
  SqlResult,
  SqlStatement,
  SqlTransaction,
  TransactionOptions,
} from '../port.ts';

/** `read_only_sql_transaction` (PostgreSQL, appendix A). */
const READ_ONLY = '25006';
/** `in_failed_sql_transaction`: an earlier statement of the transaction failed. */
const FAILED = '25P02';
/** Statements, at the beginning or behind another one, that could leave the transaction. */
const LEAVES = /(^|;)\s*(abort|begin|commit|end|prepare\s+transaction|rollback(?!\s+to)|set|start)\b/i;
const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g;
/** Statements of libraries around a transaction. */
const BEGINS = /^\s*(begin|start\s+transaction)\b/i;
const ROLLS_BACK = /^\s*(abort|rollback)\b/i;
const ENDS = /^\s*(abort|commit|end|rollback(?!\s+(work\s+|transaction\s+)?to))\b/i;

type Query = (statement: string | SqlStatement, values?: readonly unknown[]) => Promise<SqlResult>;

/**
 * A client whose statements run in READ ONLY transactions: the database decides what writes. A
 * statement that it refuses is recorded, and what follows it in its transaction cannot be known.
 * Every transaction is rolled back: READ ONLY permits NOTIFY, which COMMIT would deliver.
 */
export function dryRunSql(client: SqlClient, wrote: (method: string) => void): SqlClient {
  const query = async (statement: string | SqlStatement, values?: readonly unknown[], method = 'query') =>
    inTransaction(
      client,
      () => wrote(method),
      {},
      (transaction) => (transaction.query as Query)(statement, values),
    );
  return {
    query: ((text: string, values?: readonly unknown[]) => query(text, values)) as SqlClient['query'], // rows have the type that the caller names
    transaction: (work, options) =>
      inTransaction(
        client,
        () => wrote('transaction'),
        options,
        async (transaction) => {
          const result = await work(transaction);
          await assertCommits(transaction);
          return result;
        },
      ),
    pool: poolOf(client.pool, {
      query: (statement, values) => query(statement, values, 'pool'),
      connect: async () => connectionOf(client, () => wrote('pool')),
    }),
  };
}

/** Carries the result of work out of a transaction that is rolled back. */
class Abandoned extends Error {
  readonly result: unknown;
  constructor(result: unknown) {
    super('The dry run rolls this transaction back');
    this.result = result;
  }
}

async function inTransaction<T>(
  client: SqlClient,
  wrote: () => void,
  options: TransactionOptions | undefined,
  work: (transaction: SqlTransaction) => Promise<T>,
): Promise<T> {
  try {
    return await client.transaction(
      async (transaction) => {
        let isKnown = true;
        const query: Query = async (statement, values) => {
          const text = textOf(statement);
          refuseLeaving(text);
          if (!isKnown) return unknownResult('a statement behind a write') as SqlResult; // it throws when it is read
          try {
            return await (transaction.query as Query)(statement, values); // also with `rowMode` and the like
          } catch (error) {
            // Sent beside the write that the database refused.
            if (!isKnown && codeOf(error) === FAILED) return unknownResult('a statement behind a write') as SqlResult; // as above
            if (codeOf(error) !== READ_ONLY) throw error;
            isKnown = false;
            wrote();
            return unknownResult('a statement that writes') as SqlResult; // as above
          }
        };
        const result = await work({
          query: query as SqlTransaction['query'], // rows have the type that the caller names
          get pool() {
            return poolOf(transaction.pool, {
              query,
              connect: async () => ({ query: query as SqlConnection['query'], release: () => {} }),
            });
          },
          attempt: transaction.attempt,
        });
        throw new Abandoned(result);
      },
      { ...options, readOnly: true },
    );
  } catch (error) {
    if (error instanceof Abandoned) return error.result as T; // what `work` resolved with
    throw error;
  }
}

/** @throws TwelvefoldError `TRANSACTION_ROLLED_BACK` where the COMMIT of a real run would. */
async function assertCommits({ query }: SqlTransaction): Promise<void> {
  try {
    await query('SELECT 1');
  } catch (error) {
    if (codeOf(error) !== FAILED) throw error;
    const message =
      'Cannot commit a transaction: a statement of it failed, and its error was caught; let it reach transaction()';
    throw new TwelvefoldError('TRANSACTION_ROLLED_BACK', message);
  }
}

/**
 * A connection for libraries: each statement has a read-only transaction, and those between the
 * library's BEGIN and COMMIT share one.
 */
function connectionOf(client: SqlClient, wrote: () => void): SqlConnection {
  let open: { readonly query: Query; end(): Promise<void> } | undefined;
  const begin = async () => {
    const started = Promise.withResolvers<Query>();
    const ended = Promise.withResolvers<void>();
    const whole = inTransaction(client, wrote, {}, async (transaction) => {
      started.resolve(transaction.query as Query);
      await ended.promise;
    });
    whole.catch(started.reject);
    const query = await started.promise;
    open = {
      query,
      end: async () => {
        ended.resolve();
        await whole;
      },
    };
  };
  const end = async () => {
    const last = open;
    open = undefined;
    await last?.end();
  };
  const answer = (command: string): SqlResult => ({ rows: [], rowCount: null, command });
  const query = async (statement: unknown, values?: readonly unknown[]): Promise<SqlResult> => {
    if (typeof statement !== 'string' && typeof (statement as Partial<SqlStatement>).text !== 'string') {
      throw new TwelvefoldError(
        'DRY_RUN_UNKNOWN',
        'Cannot read with a cursor in a dry run: read with LIMIT, or skip this where ctx.dryRun is true',
      );
    }
    const text = textOf(statement as string | SqlStatement); // the check above
    // A text of several statements is refused below: the others would be skipped here.
    const isOne = !/;\s*\S/.test(text.replace(COMMENTS, ' '));
    if (isOne && BEGINS.test(text)) {
      if (!open) await begin();
      return answer('BEGIN');
    }
    if (isOne && ENDS.test(text)) {
      await end();
      return answer(ROLLS_BACK.test(text) ? 'ROLLBACK' : 'COMMIT');
    }
    const known = statement as string | SqlStatement; // the check above
    if (open) return open.query(known, values);
    return inTransaction(client, wrote, {}, (transaction) => (transaction.query as Query)(known, values));
  };
  return {
    query: query as SqlConnection['query'], // without cursors
    release: () => void end().catch(() => {}), // its statements have failed with the reason
  };
}

/** The same object to libraries, which look for `pg`'s class and options. */
function poolOf(pool: SqlPool, { query, connect }: { query: Query; connect: () => Promise<SqlConnection> }): SqlPool {
  return Object.create(pool, { query: { value: query }, connect: { value: connect } }) as SqlPool;
}

const textOf = (statement: string | SqlStatement): string =>
  typeof statement === 'string' ? statement : statement.text;

function refuseLeaving(text: string): void {
  if (!LEAVES.test(text.replace(COMMENTS, ' '))) return;
  throw new TwelvefoldError(
    'DRY_RUN_UNKNOWN',
    `Cannot run '${text.trim().slice(0, 40)}' in a dry run: it could leave the READ ONLY transaction; use transaction(), or skip this where ctx.dryRun is true`,
  );
}
