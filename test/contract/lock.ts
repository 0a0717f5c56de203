import type { LockClient, LockDefinition, TableClient } from '@twelvefold/backing';
import { fenced, lock, table } from '@twelvefold/backing';
import type { Clock } from '@twelvefold/core';
import type { TestClock } from '@twelvefold/core/testing';
import { createTestClock } from '@twelvefold/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';

export const ledger = table('ledger', {
  schema: z.object({ id: z.string(), by: z.string().optional(), count: z.number().optional() }),
  key: 'id',
});
type LedgerRow = z.output<(typeof ledger)['schema']>;

/** One driver of the lock port, on a real endpoint, with a table whose writes can be fenced. */
export interface LockDriver extends AsyncDisposable {
  /**
   * Makes an empty table of locks and one of rows; `client` opens a client as another process
   * would.
   */
  create(definition: LockDefinition): Promise<{
    client(clock?: Clock): LockClient;
    rows: TableClient<LedgerRow, string>;
  }>;
  /** Loses the answers of the next `count` calls. */
  loseAnswers(count: number): void;
}

const LEASE_MS = 30_000;

/** The contract of every driver of locks. */
export function lockContract(open: () => Promise<LockDriver>): void {
  let driver: LockDriver;
  beforeAll(async () => {
    driver = await open();
  });
  afterAll(() => driver[Symbol.asyncDispose]());

  const setup = async () => {
    const { client, rows } = await driver.create(lock('locks', { lease: '30s' }));
    const clock = createTestClock();
    const otherClock = createTestClock();
    return { rows, clock, locks: client(clock), otherClock, others: client(otherClock), client };
  };

  describe('one holder at a time', () => {
    it('refuses a second holder until the first releases, and gives it a higher token', async () => {
      const { locks, others } = await setup();
      const first = await locks.acquire('report');
      await expect(others.acquire('report')).rejects.toMatchObject({ code: 'LOCK_HELD' });
      expect((await others.acquire('another')).token).toBe(1);
      await first.release();
      expect(await locks.inspect('report')).toEqual({ token: 1 });
      const second = await others.acquire('report');
      expect([first.token, second.token]).toEqual([1, 2]);
      expect(await locks.inspect('report')).toMatchObject({ token: 2, holder: { component: 'contract' } });
      expect(await locks.inspect('never')).toBeUndefined();
    });

    it('holds when the answer to the taking is lost', async () => {
      const { client, others } = await setup();
      driver.loseAnswers(1);
      const lease = await client().acquire('report');
      await lease.renew();
      await expect(others.acquire('report')).rejects.toMatchObject({ code: 'LOCK_HELD' });
    });

    it('counts right for twenty writers that read, then write', async () => {
      const { client, rows } = await setup();
      await rows.put({ id: 'c', count: 0 });
      const increment = () =>
        client().withLock(
          'c',
          async (lease) => {
            const { count = 0 } = (await rows.get('c', { consistent: true })) ?? {};
            await rows.transact([fenced(rows.updateOperation('c', { set: { count: count + 1 } }), lease)]);
            return lease.token;
          },
          { wait: '60s' },
        );
      const tokens = await Promise.all(Array.from({ length: 20 }, increment));
      expect((await rows.get('c', { consistent: true }))?.count).toBe(20);
      expect(new Set(tokens).size).toBe(20);
    });
  });

  describe('a holder that died', () => {
    it('loses the lock to a caller that has watched it for a whole lease, and not before', async () => {
      const { locks, others, otherClock } = await setup();
      const dead = await locks.acquire('report');
      const taken = tracked(others.acquire('report', { wait: '2m' }));
      await elapse(otherClock, LEASE_MS - 1, taken);
      expect(taken.value).toBeUndefined();
      await elapse(otherClock, 2_001, taken);
      expect((await taken.promise).token).toBe(dead.token + 1);
      await expect(dead.renew()).rejects.toMatchObject({ code: 'LOCK_LOST' });
      expect(dead.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    });

    it('keeps the lock as long as it renews', async () => {
      const { locks, others, clock, otherClock } = await setup();
      const alive = await locks.acquire('report');
      const taken = tracked(others.acquire('report', { wait: '80s' }));
      for (let passed = 0; passed < 80_000; passed += 10_000) {
        await clock.advance(10_000);
        await alive.renew();
        await elapse(otherClock, 10_000, taken);
      }
      await expect(taken.promise).rejects.toMatchObject({ code: 'LOCK_HELD' });
    });

    it('is not believed dead by a single try, whatever its own clock says', async () => {
      const { locks, others, otherClock } = await setup();
      await locks.acquire('report');
      otherClock.advanceWall(24 * 3_600_000);
      await expect(others.acquire('report')).rejects.toMatchObject({ code: 'LOCK_HELD' });
    });
  });

  describe('a holder that was paused', () => {
    it('learns by its signal when a tenth of the lease is left', async () => {
      const { locks, clock } = await setup();
      const lease = await locks.acquire('report');
      await clock.advance(LEASE_MS * 0.9 - 1);
      expect(lease.signal.aborted).toBe(false);
      await clock.advance(1);
      expect(lease.signal.reason).toMatchObject({ code: 'LOCK_LOST' });
    });

    it('learns at its next use when neither timers nor the monotonic clock went on', async () => {
      const { locks, clock } = await setup();
      const lease = await locks.acquire('report');
      clock.advanceWall(LEASE_MS);
      expect(lease.signal.aborted).toBe(false);
      await expect(lease.renew()).rejects.toMatchObject({ code: 'LOCK_LOST' });
      expect(lease.signal.aborted).toBe(true);
    });

    it('cannot write over the work of the next holder', async () => {
      const { locks, others, otherClock, rows } = await setup();
      const old = await locks.acquire('report');
      const taken = tracked(others.acquire('report', { wait: '2m' }));
      await elapse(otherClock, LEASE_MS + 2_000, taken);
      const next = await taken.promise;
      await rows.transact([fenced(rows.putOperation({ id: 'r', by: 'next' }), next)]);
      for (const late of [
        rows.putOperation({ id: 'r', by: 'old' }),
        rows.updateOperation('r', { set: { by: 'old' } }),
        rows.updateOperation('r', { add: { count: 1 } }),
        rows.deleteOperation('r'),
      ]) {
        await expect(rows.transact([fenced(late, old)])).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
      }
      await expect(rows.transact([rows.putOperation({ id: 's', by: 'old' }), locks.check(old)])).rejects.toMatchObject({
        code: 'CONDITION_FAILED',
      });
      await rows.transact([rows.putOperation({ id: 's', by: 'next' }), others.check(next)]);
      expect(await rows.get('r', { consistent: true })).toEqual({ id: 'r', by: 'next' });
      expect(await rows.get('s', { consistent: true })).toEqual({ id: 's', by: 'next' });
    });
  });

  describe('withLock', () => {
    it('renews while the work runs, and releases after it', async () => {
      const { locks, others, clock, otherClock } = await setup();
      const gate = Promise.withResolvers<string>();
      const work = locks.withLock('report', () => gate.promise);
      const taken = tracked(others.acquire('report', { wait: '5m' }));
      for (let passed = 0; passed < 120_000; passed += 10_000) {
        const before = await leaseUntil(locks);
        await clock.advance(10_000);
        await until(async () => (await leaseUntil(locks)) !== before);
        await elapse(otherClock, 10_000, taken);
      }
      expect(taken.value).toBeUndefined();
      gate.resolve('done');
      expect(await work).toBe('done');
      await elapse(otherClock, 3_000, taken);
      expect((await taken.promise).token).toBe(2);
    });

    it('releases when the work throws, and throws what it threw', async () => {
      const { locks, others } = await setup();
      const failure = new Error('the work failed');
      await expect(locks.withLock('report', () => Promise.reject(failure))).rejects.toBe(failure);
      expect((await others.acquire('report')).token).toBe(2);
    });

    it('rejects when the lease ended before the work', async () => {
      const { locks, clock } = await setup();
      const work = locks.withLock('report', async (lease) => {
        clock.advanceWall(LEASE_MS);
        await lease.renew().catch(() => {});
        return 'too late';
      });
      await expect(work).rejects.toMatchObject({ code: 'LOCK_LOST' });
    });
  });

  it('refuses names that no item can have, and leases of other clients', async () => {
    const { locks, others } = await setup();
    await expect(locks.acquire('')).rejects.toThrow("Cannot use lock 'locks'");
    await expect(locks.acquire('x'.repeat(2_049))).rejects.toThrow('text of 1 to 2048 bytes');
    const lease = await locks.acquire('report');
    expect(() => others.check(lease)).toThrow('this client did not acquire it');
    expect(() => fenced(locks.check(lease), lease)).toThrow('Cannot fence a check');
  });
}

interface Tracked<T> {
  readonly promise: Promise<T>;
  value: T | undefined;
  settled: boolean;
}

function tracked<T>(promise: Promise<T>): Tracked<T> {
  const state: Tracked<T> = { promise, value: undefined, settled: false };
  promise.then(
    (value) => Object.assign(state, { value, settled: true }),
    () => Object.assign(state, { settled: true }),
  );
  return state;
}

/**
 * Lets `ms` pass for a caller that waits, from one of its sleeps to the next, as its calls are
 * answered.
 */
async function elapse(clock: TestClock, ms: number, waiting: Tracked<unknown>): Promise<void> {
  const end = clock.monotonic() + ms;
  while (clock.monotonic() < end && !waiting.settled) {
    await until(() => waiting.settled || clock.sleepers > 0);
    if (!waiting.settled) await clock.advance(Math.min(100, end - clock.monotonic()));
  }
  await until(() => waiting.settled || clock.sleepers > 0);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}

const leaseUntil = async (locks: LockClient) => (await locks.inspect('report'))?.holder?.leaseUntil;
