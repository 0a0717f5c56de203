import type { SqlTransaction } from '@twelvefold/backing';
import { deadlineIn } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlTarget } from './support/sql-target.ts';

/** The contract of every way to reach a database. */
export function sqlContract(start: () => Promise<SqlTarget>): void {
  let target: SqlTarget;
  beforeAll(async () => {
    target = await start();
    await target.admin('CREATE TABLE orders (id text PRIMARY KEY, total int NOT NULL)');
  });
  afterAll(() => target[Symbol.asyncDispose]());

  const orders = async (prefix: string) =>
    target.admin('SELECT id, total FROM orders WHERE id LIKE $1 ORDER BY id', [`${prefix}%`]);
  const addOrder = (tx: Pick<SqlTransaction, 'query'>, id: string, total = 1) =>
    tx.query('INSERT INTO orders VALUES ($1, $2)', [id, total]);
  const inScope = <T>(work: () => Promise<T>, ms = 60_000) =>
    runInScope({ kind: 'task', component: 'contract', deadline: deadlineIn(ms) }, work);

  describe('a statement', () => {
    it("gives rows, counts and the database's own errors with a stack of the caller", async () => {
      const { client, counts } = await target.open();
      const { rows, rowCount, command } = await client.query<{ sum: number }>('SELECT $1::int + 1 AS sum', [41]);
      expect([rows, rowCount, command]).toEqual([[{ sum: 42 }], 1, 'SELECT']);
      const error: Error & { code?: string } = await client.query('SELECT nothing').catch((thrown) => thrown);
      expect(error.code).toBe('42703');
      expect(error.stack).toContain('sql.ts');
      expect(Object.fromEntries(counts)).toEqual({ sqlStatements: 2 });
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });

    it('is cancelled on the server at the deadline, and its connection is dropped', async () => {
      const { client, counts } = await target.open({ component: 'late', options: { connections: 1 } });
      const [{ pid }] = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows as [
        { pid: number },
      ];
      await expect(inScope(() => client.query('SELECT pg_sleep(60)'), 100)).rejects.toMatchObject({
        code: 'STATEMENT_CANCELLED',
      });
      expect(counts.get('sqlStatementsCancelled')).toBe(1);
      await expect
        .poll(() => target.admin('SELECT pid FROM pg_stat_activity WHERE pid = $1', [pid]), { timeout: 20_000 })
        .toEqual([]);
      const after = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      expect(after.rows[0]?.pid).not.toBe(pid);
    });

    it('ends with the timeout of the definition, and with the signal of its invocation', async () => {
      const { client } = await target.open({ options: { timeout: '2s' } });
      await expect(client.query('SELECT pg_sleep(60)')).rejects.toMatchObject({ code: 'STATEMENT_CANCELLED' });
      const left = new AbortController();
      const reason = new Error('the client left');
      const { client: patient } = await target.open();
      const asked = runInScope({ kind: 'http', component: 'api', signal: left.signal }, () =>
        patient.query('SELECT pg_sleep(60)'),
      );
      left.abort(reason);
      await expect(asked).rejects.toBe(reason);
    });
  });

  describe('a pool', () => {
    it('is as large as the concurrency of the host, and says who holds what another waits for', async () => {
      const { client } = await target.open({ concurrency: 2 });
      const holders = await Promise.all([client.pool.connect(), client.pool.connect()]);
      expect([client.pool.totalCount, client.pool.idleCount]).toEqual([2, 0]);
      const error = await inScope(() => client.query('SELECT 1'), 50).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'POOL_FULL' });
      expect(error.message).toMatch(/its 2 connections are in use; held since \S+sql\.ts:\d+:\d+, \S+sql\.ts/);
      const waiting = client.query('SELECT 1');
      expect(client.pool.waitingCount).toBe(1);
      holders[0]?.release();
      await waiting;
      holders[1]?.release();
      expect(client.pool.idleCount).toBe(2);
    });

    it('serves 100 callers in their order, with as many connections as it may have', async () => {
      const { client } = await target.open({ component: 'busy', options: { connections: 1 } });
      const done: number[] = [];
      await Promise.all(
        Array.from({ length: 100 }, async (_, n) => {
          await client.query('SELECT $1::int', [n]);
          done.push(n);
        }),
      );
      expect(done).toEqual(Array.from({ length: 100 }, (_, n) => n));
      const open = await target.admin(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'busy'",
      );
      expect(open).toEqual([{ n: 1 }]);
    });

    it('does not lend a connection again that was left in a transaction', async () => {
      const { client } = await target.open({ options: { connections: 1 } });
      const connection = await client.pool.connect();
      await connection.query('BEGIN');
      await connection.query("INSERT INTO orders VALUES ('left-open', 1)");
      connection.release();
      expect(() => connection.release()).toThrow('twice');
      expect(
        (await client.query<{ n: number }>("SELECT count(*)::int AS n FROM orders WHERE id = 'left-open'")).rows,
      ).toEqual([{ n: 0 }]);
    });
  });

  describe('a checkout inside a transaction', () => {
    it.each([
      ['query', (client: { query(text: string): Promise<unknown> }) => client.query('SELECT 1')],
      [
        'transaction',
        (client: { transaction(work: () => Promise<void>): Promise<unknown> }) => client.transaction(async () => {}),
      ],
      ['pool', (client: { pool: { connect(): Promise<unknown> } }) => client.pool.connect()],
    ] as const)('of %s is an error at once that names both places', async (_, use) => {
      const { client } = await target.open();
      const error = await client
        .transaction(async () => {
          await use(client as never);
        })
        .catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'CHECKOUT_NESTED' });
      const places = error.message.match(/sql\.ts:\d+:\d+/g) ?? [];
      expect(new Set(places).size).toBe(2);
      // The transaction has ended, so the same client works on.
      await client.query('SELECT 1');
    });

    it('is refused as well where a library holds the transaction', async () => {
      const { client } = await target.open();
      await inScope(async () => {
        const connection = await client.pool.connect();
        await client.query('SELECT 1');
        await connection.query('BEGIN');
        await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: 'CHECKOUT_NESTED' });
        await connection.query('COMMIT');
        await client.query('SELECT 1');
        connection.release();
      });
      const connection = await client.pool.connect();
      await connection.query('BEGIN');
      // Without an invocation nothing ties the two together.
      await client.query('SELECT 1');
      await connection.query('ROLLBACK');
      connection.release();
    });

    it('is none beside a transaction of the same invocation', async () => {
      const { client } = await target.open({ options: { connections: 1 } });
      await inScope(async () => {
        const both = [client.transaction((tx) => addOrder(tx, 'beside-1')), client.query('SELECT 1')];
        expect((await Promise.all(both)).map(({ rowCount }) => rowCount)).toEqual([1, 1]);
      });
    });
  });

  describe('a transaction', () => {
    it('commits, rolls back on an error, and gives what its work gives', async () => {
      const { client } = await target.open({ options: { connections: 1 } });
      expect(
        await client.transaction(async (tx) => {
          await Promise.all([addOrder(tx, 'commits-1'), addOrder(tx, 'commits-2')]);
          return 'done';
        }),
      ).toBe('done');
      const thrown = new Error('no');
      await expect(
        client.transaction(async (tx) => {
          await addOrder(tx, 'commits-3');
          throw thrown;
        }),
      ).rejects.toBe(thrown);
      expect(await orders('commits')).toEqual([
        { id: 'commits-1', total: 1 },
        { id: 'commits-2', total: 1 },
      ]);
    });

    it('sets modes and limits of the server for itself only', async () => {
      const { client } = await target.open({ options: { connections: 1, timeout: '20s' } });
      const shown = await client.transaction(
        async ({ query }) => {
          const settings = ['transaction_isolation', 'transaction_read_only', 'statement_timeout'];
          const rows = await Promise.all(settings.map((name) => query<Record<string, string>>(`SHOW ${name}`)));
          return rows.map(({ rows: [row = {}] }) => Object.values(row)[0]);
        },
        { isolation: 'serializable', readOnly: true },
      );
      expect(shown.slice(0, 2)).toEqual(['serializable', 'on']);
      expect(shown[2]).toMatch(/^(20s|19\d{3}ms)$/);
      expect((await client.query('SHOW statement_timeout')).rows).toEqual([{ statement_timeout: '0' }]);
      await expect(client.transaction(async () => {}, { isolation: 'chaos' } as never)).rejects.toThrow(
        "isolation is 'chaos'",
      );
      await expect(client.transaction(async () => {}, { retries: 3 } as never)).rejects.toThrow(
        "unknown option 'retries'",
      );
    });

    it('is an error when its work hides a failed statement', async () => {
      const { client } = await target.open();
      await expect(
        client.transaction(async (tx) => {
          await addOrder(tx, 'hidden-1');
          await tx.query('SELECT nothing').catch(() => undefined);
        }),
      ).rejects.toMatchObject({ code: 'TRANSACTION_ROLLED_BACK' });
      expect(await orders('hidden')).toEqual([]);
    });

    it('is run again after a serialization failure, so that no update is lost', async () => {
      const { client, counts } = await target.open({ concurrency: 8 });
      await target.admin("INSERT INTO orders VALUES ('counter', 0)");
      const attempts: number[] = [];
      const add = () =>
        client.transaction(
          async (tx) => {
            attempts.push(tx.attempt);
            const { rows } = await tx.query<{ total: number }>("SELECT total FROM orders WHERE id = 'counter'");
            await tx.query("UPDATE orders SET total = $1 WHERE id = 'counter'", [(rows[0]?.total ?? 0) + 1]);
          },
          { isolation: 'serializable' },
        );
      await Promise.all(Array.from({ length: 20 }, add));
      expect(await orders('counter')).toEqual([{ id: 'counter', total: 20 }]);
      expect(counts.get('sqlTransactionRetries')).toBe(attempts.length - 20);
      expect(Math.max(...attempts)).toBeGreaterThan(1);
    });

    it('is run again after a deadlock', async () => {
      const { client } = await target.open({ concurrency: 2 });
      await target.admin("INSERT INTO orders VALUES ('dead-1', 0), ('dead-2', 0)");
      const update = (tx: SqlTransaction, id: string) =>
        tx.query('UPDATE orders SET total = total + 1 WHERE id = $1', [id]);
      const bothHold = Promise.withResolvers<void>();
      let holding = 0;
      const cross = (first: string, second: string) =>
        client.transaction(async (tx) => {
          await update(tx, first);
          if (tx.attempt === 1) {
            holding += 1;
            if (holding === 2) bothHold.resolve();
            await bothHold.promise;
          }
          await update(tx, second);
        });
      await Promise.all([cross('dead-1', 'dead-2'), cross('dead-2', 'dead-1')]);
      expect((await orders('dead')).map(({ total }) => total)).toEqual([2, 2]);
    });

    it("is not run again when the next pause would pass the deadline, and gives the database's error", async () => {
      const { client, counts } = await target.open({ random: () => 1_000 }); // a pause of 10 s
      const conflicting = client.transaction(
        async ({ query }) => {
          await query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
        },
        { timeout: '9s' },
      );
      await expect(conflicting).rejects.toMatchObject({ code: '40001', message: 'again' });
      expect(counts.get('sqlTransactionRetries')).toBeUndefined();
    });

    it('refuses statements after its end', async () => {
      const { client } = await target.open();
      const escaped = await client.transaction(async (tx) => tx);
      expect(() => escaped.query('SELECT 1')).toThrow('after its end');
    });
  });

  describe('the lifecycle', () => {
    it('drains what is in use, and closes', async () => {
      const { client, drain, stop, check } = await target.open({ component: 'closing' });
      await check?.();
      const connection = await client.pool.connect();
      let drained = false;
      const draining = drain?.().then(() => {
        drained = true;
      });
      await client.query('SELECT 1');
      expect(drained).toBe(false);
      connection.release();
      await draining;
      await stop?.();
      await expect(client.query('SELECT 1')).rejects.toThrow('it is closed');
      await expect
        .poll(() => target.admin("SELECT pid FROM pg_stat_activity WHERE application_name = 'closing'"))
        .toEqual([]);
    });
  });
}
