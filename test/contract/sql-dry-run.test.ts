import type { SqlClient } from '@twelvefold/backing';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { withServer } from '../support/with-server.ts';
import type { SqlTarget } from './support/sql-target.ts';
import { openSqlTarget } from './support/sql-target.ts';

const UNKNOWN = { code: 'DRY_RUN_UNKNOWN' };
const parts = pgTable('parts', { id: text().primaryKey(), stock: integer().notNull() });

withServer('sql', 'postgresql', () => {
  let target: SqlTarget;
  let client: SqlClient;
  let wrote: string[];
  beforeAll(async () => {
    target = await openSqlTarget();
    await target.admin('CREATE TABLE parts (id text PRIMARY KEY, stock int NOT NULL)');
    await target.admin("CREATE FUNCTION take() RETURNS int LANGUAGE sql AS 'UPDATE parts SET stock = 0 RETURNING 1'");
    await target.admin("INSERT INTO parts VALUES ('p-1', 5)");
  });
  beforeEach(async () => {
    wrote = [];
    // One connection, as on Lambda: nothing may wait for itself.
    const { dryRun } = await target.open({ options: { connections: 1 } });
    client = dryRun?.((method) => void wrote.push(method)) as SqlClient;
  });
  afterAll(() => target[Symbol.asyncDispose]());
  const unchanged = async () =>
    expect(await target.admin('SELECT * FROM parts ORDER BY id')).toEqual([{ id: 'p-1', stock: 5 }]);

  describe('a statement', () => {
    it('reads', async () => {
      const { rows, rowCount } = await client.query('SELECT stock FROM parts WHERE id = $1', ['p-1']);
      expect([rows, rowCount, wrote]).toEqual([[{ stock: 5 }], 1, []]);
    });

    it.each([
      "INSERT INTO parts VALUES ('p-2', 1)",
      'UPDATE parts SET stock = 4',
      'DELETE FROM parts',
      'WITH gone AS (DELETE FROM parts RETURNING id) SELECT id FROM gone',
      'SELECT take()',
      'TRUNCATE parts',
      'CREATE TABLE more (id text)',
    ])('is recorded, not made: %s', async (statement) => {
      const result = await client.query(statement);
      expect(() => result.rows).toThrow(expect.objectContaining(UNKNOWN));
      expect(wrote).toEqual(['query']);
      await unchanged();
    });

    it.each([
      "COMMIT; INSERT INTO parts VALUES ('p-2', 1)",
      "SELECT 1; COMMIT; INSERT INTO parts VALUES ('p-2', 1)",
      '/* out */ COMMIT',
      'SET TRANSACTION READ WRITE',
      'set default_transaction_read_only = off',
    ])('may not leave its transaction: %s', async (statement) => {
      await expect(client.query(statement)).rejects.toMatchObject(UNKNOWN);
      await unchanged();
    });

    it('fails with the error of the database', async () => {
      await expect(client.query('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    });
  });

  describe('a transaction', () => {
    it('reads, and resolves with what its work does', async () => {
      const stock = await client.transaction(async (transaction) => {
        const { rows } = await transaction.query<{ stock: number }>('SELECT stock FROM parts');
        return rows[0]?.stock;
      });
      expect([stock, wrote]).toEqual([5, []]);
    });

    it('records writes; what is behind one cannot be known', async () => {
      const done = await client.transaction(
        async (transaction) => {
          await transaction.query("INSERT INTO parts VALUES ('p-2', 1)");
          const behind = await transaction.query('SELECT count(*) FROM parts');
          expect(() => behind.rows).toThrow(expect.objectContaining(UNKNOWN));
          return 'done';
        },
        { isolation: 'serializable' },
      );
      expect([done, wrote]).toEqual(['done', ['transaction']]);
      await unchanged();
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });

    it('rejects where the COMMIT of a real run would', async () => {
      const caught = client.transaction(async (transaction) => {
        await transaction.query('SELECT nothing').catch(() => {});
      });
      await expect(caught).rejects.toMatchObject({ code: 'TRANSACTION_ROLLED_BACK' });
      const undone = client.transaction(async (transaction) => {
        await transaction.query('SAVEPOINT one');
        await transaction.query('SELECT nothing').catch(() => {});
        await transaction.query('ROLLBACK TO one');
        return 'done';
      });
      expect(await undone).toBe('done');
    });

    it('does not know what was sent beside a write', async () => {
      const behind = await client.transaction(async (transaction) => {
        const both = ["INSERT INTO parts VALUES ('p-2', 1)", 'SELECT count(*) FROM parts'];
        return Promise.all(both.map((statement) => transaction.query(statement)));
      });
      for (const result of behind) expect(() => result.rows).toThrow(expect.objectContaining(UNKNOWN));
      expect(wrote).toEqual(['transaction']);
    });

    it('rejects with the error of its work', async () => {
      await expect(client.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    });
  });

  it('delivers no notification', async () => {
    const heard: (string | undefined)[] = [];
    const { port, user, password } = target.server;
    const listener = new Client({ host: 'localhost', port, user, password, database: 'postgres' });
    await listener.connect();
    try {
      listener.on('notification', ({ payload }) => void heard.push(payload));
      await listener.query('LISTEN changes');
      await client.query("SELECT pg_notify('changes', 'query')");
      await client.transaction((transaction) => transaction.query("SELECT pg_notify('changes', 'transaction')"));
      const connection = await client.pool.connect();
      await connection.query('BEGIN');
      await connection.query("SELECT pg_notify('changes', 'library')");
      await connection.query('COMMIT');
      connection.release();
      await target.admin("SELECT pg_notify('changes', 'last')");
      await vi.waitFor(() => expect(heard).toContain('last'));
      expect(heard).toEqual(['last']);
    } finally {
      await listener.end();
    }
  });

  describe('the pool of libraries', () => {
    it('reads and refuses writes for Kysely', async () => {
      const db = new Kysely<{ parts: { id: string; stock: number } }>({
        dialect: new PostgresDialect({ pool: client.pool }),
      });
      expect(await db.selectFrom('parts').selectAll().execute()).toEqual([{ id: 'p-1', stock: 5 }]);
      await expect(db.updateTable('parts').set({ stock: 4 }).execute()).rejects.toMatchObject(UNKNOWN);
      const inTransaction = db.transaction().execute(async (trx) => {
        expect(await trx.selectFrom('parts').select('stock').execute()).toEqual([{ stock: 5 }]);
        await trx.deleteFrom('parts').execute();
      });
      await expect(inTransaction).rejects.toMatchObject(UNKNOWN);
      expect(wrote).toEqual(['pool', 'pool']);
      await unchanged();
    });

    it('reads and refuses writes for Drizzle, also inside a transaction', async () => {
      const db = drizzle({ client: client.pool as Pool }); // it is one at run time
      expect(await db.select().from(parts)).toEqual([{ id: 'p-1', stock: 5 }]);
      const written = await db.update(parts).set({ stock: 4 });
      expect(() => written.rowCount).toThrow(expect.objectContaining(UNKNOWN));
      await client.transaction(async ({ pool }) => {
        const inside = drizzle({ client: pool as Pool });
        expect(await inside.select().from(parts).where(eq(parts.id, 'p-1'))).toHaveLength(1);
        await inside.delete(parts);
      });
      expect(wrote).toEqual(['pool', 'transaction']);
      await unchanged();
    });

    it("keeps the error of a library's statement, and rolls back", async () => {
      const connection = await client.pool.connect();
      await connection.query('BEGIN');
      await expect(connection.query('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
      expect(await connection.query('ROLLBACK')).toMatchObject({ command: 'ROLLBACK' });
      await connection.query('BEGIN');
      expect((await connection.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      expect(await connection.query('COMMIT')).toMatchObject({ command: 'COMMIT' });
      connection.release();
    });

    it.each([
      "BEGIN; INSERT INTO parts VALUES ('p-2', 1)",
      "COMMIT; INSERT INTO parts VALUES ('p-2', 1)",
      'BEGIN; SELECT stock FROM parts; COMMIT',
    ])('refuses to skip what is behind a BEGIN or COMMIT: %s', async (statement) => {
      const connection = await client.pool.connect();
      try {
        await expect(connection.query(statement)).rejects.toMatchObject(UNKNOWN);
        await connection.query('BEGIN');
        await expect(connection.query(statement)).rejects.toMatchObject(UNKNOWN);
        expect((await connection.query('SELECT stock FROM parts')).rows).toEqual([{ stock: 5 }]);
      } finally {
        connection.release();
      }
      await unchanged();
    });

    it('gives connections back', async () => {
      const connection = await client.pool.connect();
      await connection.query('BEGIN');
      expect((await connection.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      connection.release();
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
  });
});
