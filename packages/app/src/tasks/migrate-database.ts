import { hash } from 'node:crypto';
import { listCollection } from '@twelvefold/admin';
import type { SqlClient, SqlTransaction } from '@twelvefold/backing';
import type { Duration } from '@twelvefold/core';
import { codeOf, unknownOptions } from '@twelvefold/core/internal';
import * as z from 'zod';
import type { TaskComponent } from '../component.ts';
import type { Backing, CollectionContext } from '../context.ts';
import type { App } from '../define-app.ts';
import type { KeysOf } from './keys-of.ts';
import { assertKeyOf } from './keys-of.ts';

/** One step of a database's schema. */
export interface Migration {
  /** Identifies it, e.g. `0003-add-country`. */
  readonly name: string;
  /** Statements, or what runs them. A text must not change once it was applied. */
  readonly up: string | ((transaction: SqlTransaction) => Promise<unknown>);
  /**
   * Whether it is applied in one transaction with its note. `false`, for a text only, suits
   * statements that PostgreSQL
   * refuses there, such as CREATE INDEX CONCURRENTLY, and Aurora DSQL, which takes one such
   * statement per transaction. It must be
   * safe to repeat then: a process may die between it and its note.
   * @defaultValue true
   */
  readonly inTransaction?: boolean;
}

/** Options of {@link migrateDatabase}. */
export interface MigrateOptions {
  /** In the order in which they are applied. Later ones are added at the end. */
  readonly migrations: readonly Migration[];
  /** @defaultValue 'migrate-database' */
  readonly name?: string;
  /** Where applied migrations are noted. @defaultValue 'twelvefold_migrations' */
  readonly table?: string;
  /** For each migration in a transaction. @defaultValue '10m' */
  readonly timeout?: Duration;
}

/** A name that needs no quotes, with its schema or without. */
const TABLE = /^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/;
const UNDEFINED_TABLE = '42P01';

/**
 * A task that applies migrations of a SQL database that are not applied yet, in order, each once.
 * It stops at the first that
 * fails; `resume` goes on with that one. A dry run logs those that it would apply; `--canary 1`
 * applies the next one.
 *
 * @param key - the database in the app's `backing`, which has `taskRuns()` too
 * @throws TypeError listing everything that is wrong with the options
 * @example
 * ```ts
 * import { migrateDatabase } from 'twelvefold/tasks';
 *
 * export const migrate = migrateDatabase(shop, 'database', {
 *   migrations: [{ name: '0001-parts', up: 'CREATE TABLE parts (id text PRIMARY KEY)' }],
 * });
 * ```
 */
export function migrateDatabase<C, B extends Backing, K extends KeysOf<B, 'sql'>>(
  app: App<C, B>,
  key: K,
  options: MigrateOptions,
): TaskComponent {
  const { migrations, name = 'migrate-database', table = 'twelvefold_migrations', timeout = '10m' } = options;
  assertKeyOf(name, app, key, 'sql');
  const faults = optionFaults(options);
  if (faults.length > 0) throw new TypeError(`Cannot define task '${name}': ${faults.join('; ')}`);
  type Context = CollectionContext<unknown, Record<K, Pick<SqlClient, 'query' | 'transaction'>>>;
  const note = `INSERT INTO ${table} (name, digest, run) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`;

  /** The digest in the note of a migration; none before it is applied. */
  const noted = async (
    database: Pick<SqlClient, 'query'>,
    one: string,
  ): Promise<{ readonly digest?: string | undefined; readonly hasTable: boolean }> => {
    try {
      const { rows } = await database.query<{ digest: string }>(`SELECT digest FROM ${table} WHERE name = $1`, [one]);
      return { digest: rows[0]?.digest, hasTable: true };
    } catch (error) {
      if (codeOf(error) === UNDEFINED_TABLE) return { hasTable: false };
      throw error;
    }
  };
  return app.task(
    name,
    {
      description: `Apply the migrations of '${key}' that are not applied yet`,
      params: z.object({}),
      uses: { [key]: ['query', 'transaction'] } as never, // the key is one of a database
      maxFailures: 0,
      over: () => listCollection(migrations),
    },
    async (migration, ctx) => {
      const { backing, logger, dryRun, run } = ctx as unknown as Context;
      const database = backing[key];
      const { name: one, up, inTransaction = true } = migration;
      const digest = typeof up === 'string' ? hash('sha256', up, 'hex') : '';
      const { digest: applied, hasTable } = await noted(database, one);
      if (applied !== undefined) {
        if (applied === digest) return;
        throw new TypeError(
          `Cannot apply migration '${one}': its text has changed since it was applied; undo the change, and add a migration`,
        );
      }
      if (dryRun) {
        logger.info('migration would be applied', { migration: one });
        return;
      }
      if (!hasTable) {
        await database.query(
          `CREATE TABLE IF NOT EXISTS ${table} (name text PRIMARY KEY, digest text NOT NULL, run text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
        );
      }
      const values = [one, digest, run.id];
      if (inTransaction) {
        const isOurs = await database.transaction(
          async (transaction) => {
            // First: a second process that applies it waits here, and finds it noted.
            const { rowCount } = await transaction.query(note, values);
            if (rowCount === 0) return false;
            await (typeof up === 'string' ? transaction.query(up) : up(transaction));
            return true;
          },
          { timeout },
        );
        if (!isOurs) {
          logger.info('migration was applied by another process', { migration: one });
          return;
        }
      } else {
        await database.query(up as string); // the options were checked
        await database.query(note, values);
      }
      logger.info('migration applied', { migration: one });
    },
  );
}

function optionFaults(options: MigrateOptions): string[] {
  const faults = unknownOptions(options, ['migrations', 'name', 'table', 'timeout']).map(
    (one) => `unknown option '${one}'`,
  );
  const { migrations, table } = options;
  if (table !== undefined && !TABLE.test(table))
    faults.push(`'table' is ${JSON.stringify(table)}; use e.g. 'ops.migrations'`);
  if (!Array.isArray(migrations)) return [...faults, "'migrations' is not a list"];
  const seen = new Set<string>();
  for (const [at, { name, up, inTransaction }] of (migrations as readonly Migration[]).entries()) {
    if (typeof name !== 'string' || name === '') faults.push(`migration ${at + 1} has no name`);
    else if (seen.has(name)) faults.push(`two migrations are named '${name}'`);
    seen.add(name);
    if (typeof up !== 'string' && typeof up !== 'function')
      faults.push(`'up' of '${name}' is not a text or a function`);
    if (inTransaction === false && typeof up !== 'string')
      faults.push(`'${name}' needs a text to run without a transaction`);
  }
  return faults;
}
