import type { IdempotencyClient, IdempotencyStoreDefinition, TableClient } from '@twelvefold/backing';
import { idempotencyStore, table } from '@twelvefold/backing';
import type { Clock } from '@twelvefold/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { manualClock } from './support/manual-clock.ts';
import { settled } from './support/settled.ts';

export const counter = table('counters', { schema: z.object({ id: z.string(), count: z.number() }), key: 'id' });
type Counter = z.output<(typeof counter)['schema']>;

/**
 * One driver of the idempotency port, on a real endpoint, with a table whose writes can join its
 * transactions.
 */
export interface IdempotencyDriver extends AsyncDisposable {
  /** A client of a new, empty store, and one of a new, empty table of counters. */
  create(
    definition: IdempotencyStoreDefinition,
    options: { clock: Clock },
  ): Promise<{ store: IdempotencyClient; counters: TableClient<Counter, string> }>;
  /** Loses the answers of the next `count` calls. */
  loseAnswers(count: number): void;
}

const HOUR = 3_600_000;

/** The contract of every driver of an idempotency store. */
export function idempotencyContract(open: () => Promise<IdempotencyDriver>): void {
  let driver: IdempotencyDriver;
  beforeAll(async () => {
    driver = await open();
  });
  afterAll(() => driver[Symbol.asyncDispose]());

  const setup = async () => {
    const clock = manualClock();
    const { store, counters } = await driver.create(idempotencyStore('effects', { window: '1h' }), { clock });
    const increment = () => counters.updateOperation('c', { add: { count: 1 } });
    const count = async () => (await counters.get('c', { consistent: true }))?.count ?? 0;
    return { clock, store, counters, increment, count };
  };

  describe('once', () => {
    it('has its effects the first time only, per key', async () => {
      const { store, increment, count } = await setup();
      expect(await store.once('k', [increment()])).toBe('done');
      expect(await store.once('k', [increment()])).toBe('already');
      expect(await store.once('other', [increment()])).toBe('done');
      expect(await count()).toBe(2);
    });

    it('has them once for many deliveries at once', async () => {
      const { store, increment, count } = await setup();
      const outcomes = await settled(10, () => store.once('k', [increment()]));
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      // A delivery that tires of waiting rejects and comes again; it must not say done.
      for (const outcome of outcomes) expect(['done', 'already', 'TRANSACTION_CONFLICT']).toContain(outcome);
      expect(await count()).toBe(1);
    });

    it('leaves neither record nor effect when an operation cannot happen', async () => {
      const { store, counters, increment, count } = await setup();
      const operations = () => [increment(), counters.checkOperation('gate', { exists: true })];
      const error = await store.once('k', operations()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'CONDITION_FAILED' });
      expect(String(error)).toContain('operation 1 (ConditionCheck');
      expect(await count()).toBe(0);
      await counters.put({ id: 'gate', count: 0 });
      expect(await store.once('k', operations())).toBe('done');
      await counters.delete('gate');
      expect(await store.once('k', operations())).toBe('already');
      expect(await count()).toBe(1);
    });

    it('forgets after its window, although the record is still stored', async () => {
      const { store, clock, increment, count } = await setup();
      await store.once('k', [increment()]);
      clock.advance(HOUR - 1);
      expect(await store.once('k', [increment()])).toBe('already');
      clock.advance(1);
      expect(await store.once('k', [increment()])).toBe('done');
      expect(await store.once('k', [increment()])).toBe('already');
      expect(await count()).toBe(2);
    });

    it('says done, and does it once, when answers are lost', async () => {
      const { store, increment, count } = await setup();
      driver.loseAnswers(2);
      expect(await store.once('k', [increment()])).toBe('done');
      expect(await count()).toBe(1);
      expect(await store.once('k', [increment()])).toBe('already');
    });

    it('says already when the call before lost every answer', async () => {
      const { store, increment, count } = await setup();
      driver.loseAnswers(100);
      // An endpoint that forgets request tokens refuses the second try, which tells the call that
      // its first succeeded.
      const first = await store.once('k', [increment()]).catch(({ awsCode }: { awsCode: string }) => awsCode);
      expect(['NetworkError', 'done']).toContain(first);
      driver.loseAnswers(0);
      expect(await store.once('k', [increment()])).toBe('already');
      expect(await count()).toBe(1);
    });

    it('takes any text as a key', async () => {
      const { store } = await setup();
      const keys = ['x'.repeat(5_000), 'ünï 漢字', ' ', 'a/b#c?d'];
      for (const key of keys) expect(await store.once(key, [])).toBe('done');
      for (const key of keys) expect(await store.once(key, [])).toBe('already');
    });
  });

  describe('claim', () => {
    it('tells the first, its repeats and other requests apart, until the window ends', async () => {
      const { store, clock } = await setup();
      expect(await store.claim('k', 'a')).toBe('claimed');
      expect(await store.claim('k', 'a')).toBe('same');
      expect(await store.claim('k', 'b')).toBe('different');
      expect(await store.claim('other', 'b')).toBe('claimed');
      clock.advance(HOUR);
      expect(await store.claim('k', 'b')).toBe('claimed');
      expect(await store.claim('k', 'a')).toBe('different');
    });

    it('is won by one of many', async () => {
      const { store } = await setup();
      const outcomes = await settled(10, () => store.claim('k', 'a'));
      expect(outcomes.sort()).toEqual(['claimed', ...Array(9).fill('same')]);
    });

    it('is claimed although the answer was lost', async () => {
      const { store } = await setup();
      driver.loseAnswers(1);
      expect(await store.claim('k', 'a')).toBe('claimed');
      expect(await store.claim('k', 'a')).toBe('same');
    });

    it('does not answer for once, nor once for it', async () => {
      const { store } = await setup();
      expect(await store.claim('k', 'a')).toBe('claimed');
      expect(await store.once('k', [])).toBe('done');
      expect(await store.claim('k', 'a')).toBe('same');
    });
  });

  describe('begin', () => {
    const lease = { leaseMs: 30_000 };
    const started = async (store: IdempotencyClient, key = 'k') => {
      const attempt = await store.begin(key, lease);
      if (attempt.state !== 'started') throw new Error(`the attempt is ${attempt.state}`);
      return attempt;
    };

    it('starts once, is in progress meanwhile, and done ever after', async () => {
      const { store, clock } = await setup();
      const attempt = await started(store);
      expect(await store.begin('k', lease)).toEqual({ state: 'inProgress', retryAfterMs: 30_000 });
      await attempt.complete();
      expect(await store.begin('k', lease)).toEqual({ state: 'done' });
      clock.advance(HOUR + 1);
      expect((await store.begin('k', lease)).state).toBe('started');
    });

    it('joins the writes to the transaction that says done', async () => {
      const { store, increment, count } = await setup();
      const attempt = await started(store);
      await attempt.complete([increment()]);
      expect(await count()).toBe(1);
      expect(await store.begin('k', lease)).toEqual({ state: 'done' });
    });

    it('lets another begin at once after a failure, and after the lease; the first then writes nothing', async () => {
      const { store, clock, increment, count } = await setup();
      const failed = await started(store);
      await failed.fail();
      const slow = await started(store);
      expect(slow.fence).toBeGreaterThan(failed.fence);
      clock.advance(30_000);
      const next = await started(store);
      expect(next.fence).toBeGreaterThan(slow.fence);
      await expect(slow.complete([increment()])).rejects.toMatchObject({ code: 'ATTEMPT_LOST' });
      await expect(slow.complete()).rejects.toMatchObject({ code: 'ATTEMPT_LOST' });
      await slow.fail();
      await next.complete([increment()]);
      expect(await count()).toBe(1);
    });

    it('is completed after its lease as long as no other attempt has begun', async () => {
      const { store, clock, increment, count } = await setup();
      const attempt = await started(store);
      clock.advance(60_000);
      await attempt.complete([increment()]);
      expect(await count()).toBe(1);
    });

    it('has its effect once though answers are lost', async () => {
      const { store, increment, count } = await setup();
      driver.loseAnswers(1);
      const attempt = await started(store);
      driver.loseAnswers(1);
      await attempt.complete([increment()]);
      expect(await count()).toBe(1);
      expect(await store.begin('k', lease)).toEqual({ state: 'done' });
    });

    it('starts one of calls that overlap', async () => {
      const { store } = await setup();
      const attempts = await Promise.all(Array.from({ length: 8 }, () => store.begin('k', lease)));
      expect(attempts.filter(({ state }) => state === 'started')).toHaveLength(1);
      expect(attempts.filter(({ state }) => state === 'inProgress')).toHaveLength(7);
    });

    it('says which operation stood in the way, and stays begun', async () => {
      const { store, counters, count } = await setup();
      const attempt = await started(store);
      const wrong = counters.updateOperation('c', { add: { count: 1 } }, { condition: { exists: true } });
      await expect(attempt.complete([wrong])).rejects.toMatchObject({ code: 'CONDITION_FAILED' });
      expect(await count()).toBe(0);
      expect((await store.begin('k', lease)).state).toBe('inProgress');
    });
  });
}
