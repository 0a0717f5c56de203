import { join } from 'node:path';
import type { Clock } from '@twelvefold/core';
import { deadlineIn, systemClock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { startPostgres } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlTarget } from '../contract/support/sql-target.ts';
import { openSqlTarget } from '../contract/support/sql-target.ts';
import { openWire } from '../support/sql-wire.ts';
import { withServer } from '../support/with-server.ts';

const PID = 'SELECT pg_backend_pid() AS pid';

/** A wall clock that a test moves on, as it does for a process that was frozen. */
function freezable() {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs };
  return {
    clock,
    freeze: (ms: number) => {
      aheadMs += ms;
    },
  };
}

withServer('faults of sql', 'postgresql', () => {
  let target: SqlTarget;
  beforeAll(async () => {
    target = await openSqlTarget({ settings: { max_connections: 20 } });
    await target.admin('CREATE TABLE effects (id text PRIMARY KEY)');
  });
  afterAll(() => target[Symbol.asyncDispose]());

  const through = (port: number) => ({ target: `postgres://localhost:${port}/postgres?sslmode=disable` });
  const within = <T>(ms: number, work: () => Promise<T>) =>
    runInScope({ kind: 'http', component: 'api', deadline: deadlineIn(ms) }, work);

  describe('a server that is killed', () => {
    it('fails what runs, once, and serves again after its restart without an error in between', async () => {
      const { client } = await target.open({ concurrency: 4 });
      await client.query("INSERT INTO effects VALUES ('before')");
      const running = client.query('SELECT pg_sleep(60)');
      running.catch(() => undefined); // looked at below
      // Its statement has reached the server.
      await expect
        .poll(() => target.admin("SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"))
        .toHaveLength(1);
      await target.server.kill();
      await expect(running).rejects.toThrow();
      // These wait for the restart, and find their connections dead.
      const waiting = [1, 2, 3, 4].map(() => client.query('SELECT count(*)::int AS n FROM effects'));
      await target.server.restart();
      expect((await Promise.all(waiting)).map(({ rows }) => rows[0])).toEqual(Array(4).fill({ n: 1 }));
    });

    it('is an error after 5 s, for all that wait at once', async () => {
      const other = await startPostgres();
      const { client } = await target.open({
        target: `postgres://localhost:${other.port}/postgres?sslmode=disable`,
        concurrency: 1,
      });
      await other.stop();
      const begun = performance.now();
      const failed = await Promise.allSettled([1, 2, 3].map(() => client.query('SELECT 1')));
      expect(failed.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(
        Array(3).fill('DATABASE_UNREACHABLE'),
      );
      expect(performance.now() - begun).toBeLessThan(30_000);
    });

    it('is unhealthy until it is back', async () => {
      const other = await startPostgres();
      const secret = { username: other.user, password: other.password };
      const { check } = await target.open({
        target: `postgres://localhost:${other.port}/postgres?sslmode=disable`,
        secret,
      });
      await check?.();
      await other.kill();
      await expect(check?.()).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
      await other.restart();
      await check?.();
      await other.stop();
    });
  });

  describe('an answer that does not come', () => {
    it('of COMMIT is COMMIT_UNKNOWN, and the transaction is not run again', async () => {
      await using wire = await openWire(target.server, {
        onClient: (text) => (text.includes('COMMIT') ? 'lose' : undefined),
      });
      const { client } = await target.open(through(wire.port));
      let runs = 0;
      const lost = client.transaction(async ({ query }) => {
        runs += 1;
        await query("INSERT INTO effects VALUES ('lost-answer')");
      });
      await expect(lost).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
      expect(runs).toBe(1);
      // It had happened: to run it again would have been wrong.
      await expect.poll(() => target.admin("SELECT id FROM effects WHERE id = 'lost-answer'")).toHaveLength(1);
    });

    it('of a statement ends at the deadline, and the next one has another connection', async () => {
      let slow = false;
      await using wire = await openWire(target.server, { onClient: () => (slow ? 'hold' : undefined) });
      const { client } = await target.open({ ...through(wire.port), concurrency: 1 });
      const [before] = (await client.query(PID)).rows;
      slow = true;
      await expect(within(200, () => client.query('SELECT 1'))).rejects.toMatchObject({ code: 'STATEMENT_CANCELLED' });
      slow = false;
      expect((await client.query(PID)).rows[0]).not.toEqual(before);
    });

    it('of a transaction ends at the deadline, and the server forgets it', async () => {
      const { client } = await target.open({ concurrency: 1, component: 'stuck' });
      const stuck = within(300, () =>
        client.transaction(async ({ query }) => {
          await query("INSERT INTO effects VALUES ('stuck')");
          await query('SELECT pg_sleep(60)');
        }),
      );
      await expect(stuck).rejects.toMatchObject({ code: 'STATEMENT_CANCELLED' });
      await expect
        .poll(() => target.admin("SELECT pid FROM pg_stat_activity WHERE application_name = 'stuck'"), {
          timeout: 20_000,
        })
        .toEqual([]);
      expect(await target.admin("SELECT id FROM effects WHERE id = 'stuck'")).toEqual([]);
    });

    it("ends with a process: the server's own limit ends a transaction that stands still", async () => {
      const { client } = await target.open({ concurrency: 1, component: 'frozen', options: { timeout: '1s' } });
      // The process does not run its timers, as if it were frozen: the client's limit is an hour
      // away.
      const clock: Clock = { ...systemClock, timer: () => () => {} };
      const { client: frozen } = await target.open({ clock, component: 'frozen', options: { timeout: '1s' } });
      await client.query('SELECT 1');
      const standing = frozen.transaction(async ({ query }) => {
        await query("INSERT INTO effects VALUES ('frozen')");
        await expect
          .poll(
            () =>
              target.admin(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'frozen' AND state LIKE '%transaction%'",
              ),
            { timeout: 20_000 },
          )
          .toEqual([]);
      });
      await expect(standing).rejects.toThrow();
      expect(await target.admin("SELECT id FROM effects WHERE id = 'frozen'")).toEqual([]);
    });
  });

  describe('a freeze', () => {
    it('after which a connection is dead costs a probe, not an error', async () => {
      const { clock, freeze } = freezable();
      let isDead = false;
      let first = true;
      await using wire = await openWire(target.server, {
        // The network has forgotten the first connection: what is sent on it goes nowhere.
        onClient: () => (isDead && first ? 'hold' : undefined),
      });
      const { client } = await target.open({ ...through(wire.port), clock, concurrency: 1 });
      const [before] = (await client.query(PID)).rows;
      isDead = true;
      freeze(60_000);
      const asked = client.query(PID);
      // The probe is on its way; connections after it work.
      setTimeout(() => {
        first = false;
      }, 500);
      expect((await asked).rows[0]).not.toEqual(before);
    });

    it('of 350 s drops a connection unasked, one of 10 s keeps it', async () => {
      const { clock, freeze } = freezable();
      const sent: string[] = [];
      await using wire = await openWire(target.server, { onClient: (text) => void sent.push(text) });
      const { client } = await target.open({ ...through(wire.port), clock, concurrency: 1 });
      const pid = async () => (await client.query<{ pid: number }>(PID)).rows[0]?.pid;
      const one = await pid();
      freeze(9_000);
      expect(await pid()).toBe(one);
      expect(sent.filter((text) => text.includes('SELECT 1\0'))).toHaveLength(0);
      freeze(10_000);
      expect(await pid()).toBe(one);
      expect(sent.filter((text) => text.includes('SELECT 1\0'))).toHaveLength(1);
      freeze(350_000);
      expect(await pid()).not.toBe(one);
      expect(sent.filter((text) => text.includes('SELECT 1\0'))).toHaveLength(1);
    });

    it('or not, half an hour ends a connection at the next checkout', async () => {
      const { clock, freeze } = freezable();
      const { client } = await target.open({ clock, concurrency: 1, component: 'old' });
      const pid = async () => (await client.query<{ pid: number }>(PID)).rows[0]?.pid;
      const one = await pid();
      for (let minutes = 0; minutes < 25; minutes += 5) {
        freeze(300_000);
        expect(await pid()).toBe(one);
      }
      freeze(300_000);
      expect(await pid()).not.toBe(one);
    });
  });

  describe('a server without room', () => {
    it('is waited for', async () => {
      const others = await target.open({ concurrency: 30, component: 'others', options: { timeout: '20s' } });
      const held = await Promise.allSettled(
        // Beyond the server's 20 connections, of which 3 are reserved for superusers and one is the
        // admin's.
        Array.from({ length: 30 }, () => within(1_000, () => others.client.pool.connect())),
      );
      const taken = held.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const refused = held.flatMap((one) => (one.status === 'rejected' ? [one.reason.cause?.code] : []));
      expect(taken.length).toBeGreaterThan(10);
      expect(refused).toContain('53300');
      const { client } = await target.open({ concurrency: 1 });
      const waiting = client.query('SELECT 1 AS one');
      for (const one of taken) one.release(true);
      expect((await waiting).rows).toEqual([{ one: 1 }]);
    });
  });

  describe('TLS', () => {
    it('that the server does not have, or whose authority or name is wrong, is an error at once', async () => {
      const { client: plain } = await target.open({ target: `postgres://localhost:${target.server.port}/postgres` });
      const none = await plain.query('SELECT 1').catch((thrown) => thrown);
      expect(none).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
      expect(none.message).toContain('does not support SSL');
      await using secure = await startPostgres({ tls: true, settings: { listen_addresses: '127.0.0.1,127.0.0.2' } });
      const secret = { username: secure.user, password: secure.password };
      const { client: untrusting } = await target.open({
        target: `postgres://localhost:${secure.port}/postgres`,
        secret,
      });
      await expect(untrusting.query('SELECT 1')).rejects.toMatchObject({
        code: 'DATABASE_UNREACHABLE',
        message: expect.stringMatching(/self-signed certificate/),
      });
      const trusted = `sslrootcert=${encodeURIComponent(join(secure.socketFolder, 'server.crt'))}`;
      const { client: misnamed } = await target.open({
        target: `postgres://127.0.0.2:${secure.port}/postgres?${trusted}`,
        secret,
      });
      await expect(misnamed.query('SELECT 1')).rejects.toMatchObject({
        code: 'DATABASE_UNREACHABLE',
        message: expect.stringContaining('127.0.0.2'),
      });
      const { client } = await target.open({
        target: `postgres://localhost:${secure.port}/postgres?${trusted}`,
        secret,
      });
      expect((await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).rows).toEqual([
        { ssl: true },
      ]);
    });
  });
});
