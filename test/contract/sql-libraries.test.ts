import type { SqlClient } from '@twelvefold/backing';
import { runInScope } from '@twelvefold/lifecycle';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import type { Migration } from 'kysely/migration';
import { Migrator } from 'kysely/migration';
import type { Pool } from 'pg';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withServer } from '../support/with-server.ts';
import type { SqlTarget, SqlUnderTest } from './support/sql-target.ts';
import { openSqlTarget } from './support/sql-target.ts';

interface Schema {
  parts: { id: string; stock: number };
}
const parts = pgTable('parts', { id: text().primaryKey(), stock: integer().notNull() });

const kyselyOn = (pool: SqlClient['pool']) => new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
// It is one at run time; Drizzle's type names the class.
const drizzleOn = (pool: SqlClient['pool']) => drizzle({ client: pool as Pool });

withServer('sql', 'postgresql', () => {
  let target: SqlTarget;
  let sql: SqlUnderTest;
  beforeAll(async () => {
    target = await openSqlTarget();
    sql = await target.open({ options: { connections: 2 } });
    await target.admin('CREATE TABLE parts (id text PRIMARY KEY, stock int NOT NULL)');
  });
  afterAll(() => target[Symbol.asyncDispose]());

  it("is a pool of pg's class, with nothing to close", async () => {
    expect(sql.client.pool).toBeInstanceOf(pg.Pool);
    await sql.client.pool.end();
    expect((await sql.client.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  describe('Kysely', () => {
    it('reads, writes, and commits or rolls back', async () => {
      const db = kyselyOn(sql.client.pool);
      await db.insertInto('parts').values({ id: 'k-1', stock: 5 }).execute();
      await db.transaction().execute(async (trx) => {
        await trx.updateTable('parts').set({ stock: 4 }).where('id', '=', 'k-1').execute();
      });
      const failing = db.transaction().execute(async (trx) => {
        await trx.updateTable('parts').set({ stock: 0 }).where('id', '=', 'k-1').execute();
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await db.selectFrom('parts').select('stock').where('id', '=', 'k-1').execute()).toEqual([{ stock: 4 }]);
      expect(sql.client.pool.idleCount).toBe(sql.client.pool.totalCount);
    });

    it('works inside a transaction that is repeated after conflicts', async () => {
      await target.admin("INSERT INTO parts VALUES ('k-2', 0)");
      const attempts: number[] = [];
      const add = () =>
        sql.client.transaction(
          async ({ pool, attempt }) => {
            attempts.push(attempt);
            const db = kyselyOn(pool);
            const { stock } = await db
              .selectFrom('parts')
              .select('stock')
              .where('id', '=', 'k-2')
              .executeTakeFirstOrThrow();
            await db
              .updateTable('parts')
              .set({ stock: stock + 1 })
              .where('id', '=', 'k-2')
              .execute();
          },
          { isolation: 'repeatable read' },
        );
      await Promise.all(Array.from({ length: 8 }, add));
      expect(await target.admin("SELECT stock FROM parts WHERE id = 'k-2'")).toEqual([{ stock: 8 }]);
    });

    it('migrates on one connection, also when two processes start it at once', async () => {
      const migrations: Record<string, Migration> = {
        '2026-11-30-made': { up: (db) => db.schema.createTable('made').addColumn('id', 'text').execute() },
      };
      const migrate = async () => {
        const { client } = await target.open({ concurrency: 1 });
        const provider = { getMigrations: async () => migrations };
        const { error, results = [] } = await new Migrator({ db: kyselyOn(client.pool), provider }).migrateToLatest();
        if (error) throw error;
        return results.length;
      };
      expect((await Promise.all([migrate(), migrate()])).sort()).toEqual([0, 1]);
      expect(await target.admin('SELECT id FROM made')).toEqual([]);
    });

    it('fails at once when it takes a second connection inside its transaction', async () => {
      const db = kyselyOn(sql.client.pool);
      const nested = runInScope({ kind: 'http', component: 'api' }, () =>
        db.transaction().execute(async (trx) => {
          await trx.selectFrom('parts').select('id').execute();
          await db.selectFrom('parts').select('id').execute();
        }),
      );
      await expect(nested).rejects.toMatchObject({ code: 'CHECKOUT_NESTED' });
      expect(sql.client.pool.idleCount).toBe(sql.client.pool.totalCount);
    });
  });

  describe('Drizzle', () => {
    it('reads, writes, and commits or rolls back', async () => {
      const db = drizzleOn(sql.client.pool);
      await db.insert(parts).values({ id: 'd-1', stock: 5 });
      await db.transaction(async (tx) => {
        await tx.update(parts).set({ stock: 4 }).where(eq(parts.id, 'd-1'));
      });
      const failing = db.transaction(async (tx) => {
        await tx.update(parts).set({ stock: 0 }).where(eq(parts.id, 'd-1'));
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await db.select().from(parts).where(eq(parts.id, 'd-1'))).toEqual([{ id: 'd-1', stock: 4 }]);
      expect(sql.client.pool.idleCount).toBe(sql.client.pool.totalCount);
    });

    it('works inside a transaction', async () => {
      await expect(
        sql.client.transaction(async ({ pool }) => {
          await drizzleOn(pool).insert(parts).values({ id: 'd-2', stock: 1 });
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
      expect(await target.admin("SELECT * FROM parts WHERE id = 'd-2'")).toEqual([]);
    });
  });

  it("warns on a developer's machine of statements that pin a session of RDS Proxy, once each", async () => {
    const { client, warnings } = await target.open({ isDevelopment: true });
    for (let n = 0; n < 2; n += 1) {
      await client.query('SET TIME ZONE 1');
      await client.pool.query({ name: 'one', text: 'SELECT 1 AS one' });
      await client.query("SELECT set_config('app.user', 'x', false)");
    }
    const connection = await client.pool.connect();
    await connection.query('CREATE TEMP TABLE t (n int)');
    connection.release();
    await client.transaction(async ({ query }) => {
      await query('SET LOCAL TIME ZONE 1');
      await query("SELECT set_config('app.user', 'x', true)");
      await query('SELECT pg_advisory_xact_lock(1)');
    });
    expect(warnings).toEqual([
      expect.stringContaining('SET changes the session'),
      expect.stringContaining("the name 'one'"),
      expect.stringContaining('set_config changes the session'),
      expect.stringContaining('temporary objects'),
    ]);
    const { client: inProduction, warnings: none } = await target.open();
    await inProduction.query('SET TIME ZONE 1');
    expect(none).toEqual([]);
  });
});
