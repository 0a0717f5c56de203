import type { SessionClient, SessionStoreDefinition } from '@twelvefold/backing';
import { sessionStore } from '@twelvefold/backing';
import type { Clock } from '@twelvefold/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { manualClock } from './support/manual-clock.ts';
import { settled } from './support/settled.ts';

/** One driver of the session port, on a real endpoint. */
export interface SessionsDriver extends AsyncDisposable {
  /** A client of a new, empty store, or of the store of `sharing`. */
  create<T>(
    definition: SessionStoreDefinition<z.ZodType<T>>,
    options: { clock: Clock; sharing?: object },
  ): Promise<SessionClient<T>>;
  /** Calls to the store since the last time. */
  calls(): string[];
}

const schema = z.object({ userId: z.string(), visits: z.number().optional(), admin: z.boolean().optional() });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const definition = sessionStore('sessions', { schema, idle: '30m', absolute: '2h' });

/** What every driver of a session store must do. */
export function sessionsContract(open: () => Promise<SessionsDriver>): void {
  let driver: SessionsDriver;
  beforeAll(async () => {
    driver = await open();
  });
  afterAll(() => driver[Symbol.asyncDispose]());

  const setup = async () => {
    const clock = manualClock();
    return { clock, sessions: await driver.create(definition, { clock }) };
  };

  describe('a session', () => {
    it('is found under its id until it is destroyed', async () => {
      const { sessions, clock } = await setup();
      const created = await sessions.create({ userId: 'u1' });
      expect(created).toEqual({
        id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
        data: { userId: 'u1' },
        createdAtMs: clock.now(),
        expiresAtMs: clock.now() + 30 * MINUTE,
      });
      expect(await sessions.load(created.id)).toEqual(created);
      await sessions.destroy(created.id);
      await sessions.destroy(created.id);
      expect(await sessions.load(created.id)).toBeUndefined();
      expect(await sessions.touch(created.id)).toBeUndefined();
      expect(await sessions.save(created.id, { userId: 'u2' })).toBeUndefined();
      expect(await sessions.regenerate(created.id)).toBeUndefined();
      expect(await sessions.load(created.id)).toBeUndefined();
    });

    it('is unknown under any other id', async () => {
      const { sessions } = await setup();
      const { id } = await sessions.create({ userId: 'u1' });
      const other = (id.startsWith('A') ? 'B' : 'A') + id.slice(1);
      for (const wrong of [other, '', `${id}=`]) {
        expect(await sessions.load(wrong)).toBeUndefined();
        expect(await sessions.touch(wrong)).toBeUndefined();
      }
    });

    it('keeps what JSON keeps', async () => {
      const open = sessionStore('open', { schema: z.object({ any: z.unknown() }) });
      const sessions = await driver.create(open, { clock: manualClock() });
      const any = { empty: '', none: null, list: [[], {}, 0, -1.5, 'ünï 漢字'], deep: { 'a.b': { '#': true } } };
      const { id } = await sessions.create({ any });
      expect((await sessions.load(id))?.data).toEqual({ any });
      expect((await sessions.touch(id))?.data).toEqual({ any });
    });
  });

  describe('calls', () => {
    it('are one for a request with a rolling session, and one for every other method but regenerate', async () => {
      const { sessions } = await setup();
      driver.calls();
      const { id } = await sessions.create({ userId: 'u1' });
      expect(driver.calls()).toEqual(['PutItem']);
      for (let request = 0; request < 10; request += 1) expect(await sessions.touch(id)).toBeDefined();
      expect(driver.calls()).toEqual(Array(10).fill('UpdateItem'));
      await sessions.load(id);
      expect(driver.calls()).toEqual(['GetItem']);
      await sessions.save(id, { userId: 'u1', visits: 1 });
      expect(driver.calls()).toEqual(['UpdateItem']);
      const moved = await sessions.regenerate(id);
      expect(driver.calls()).toEqual(['UpdateItem', 'TransactWriteItems']);
      await sessions.destroy(moved?.id ?? '');
      expect(driver.calls()).toEqual(['DeleteItem']);
    });
  });

  describe('expiry', () => {
    it('comes after the idle time, which a touch or a save starts anew', async () => {
      const { sessions, clock } = await setup();
      const { id } = await sessions.create({ userId: 'u1' });
      clock.advance(29 * MINUTE);
      expect((await sessions.touch(id))?.expiresAtMs).toBe(clock.now() + 30 * MINUTE);
      clock.advance(29 * MINUTE);
      expect((await sessions.save(id, { userId: 'u1' }))?.expiresAtMs).toBe(clock.now() + 30 * MINUTE);
      clock.advance(30 * MINUTE - 1);
      expect(await sessions.load(id)).toBeDefined();
      clock.advance(1);
      expect(await sessions.load(id)).toBeUndefined();
    });

    it('is final: no write revives a session that is still stored', async () => {
      const { sessions, clock } = await setup();
      const { id } = await sessions.create({ userId: 'u1' });
      clock.advance(30 * MINUTE);
      expect(await sessions.touch(id)).toBeUndefined();
      expect(await sessions.save(id, { userId: 'u1' })).toBeUndefined();
      expect(await sessions.regenerate(id)).toBeUndefined();
      expect(await sessions.load(id)).toBeUndefined();
    });

    it('comes at the absolute limit however often it was touched, moved or saved', async () => {
      const { sessions, clock } = await setup();
      const created = await sessions.create({ userId: 'u1' });
      let id = created.id;
      for (let step = 0; step < 5; step += 1) {
        clock.advance(20 * MINUTE);
        id = (await sessions.regenerate(id))?.id ?? '';
        expect((await sessions.save(id, { userId: 'u1', visits: step }))?.createdAtMs).toBe(created.createdAtMs);
      }
      expect((await sessions.touch(id))?.expiresAtMs).toBe(created.createdAtMs + 2 * HOUR);
      clock.advance(20 * MINUTE - 1);
      expect(await sessions.touch(id)).toBeDefined();
      clock.advance(1);
      expect(await sessions.touch(id)).toBeUndefined();
      expect(await sessions.load(id)).toBeUndefined();
    });

    it('follows a limit that was shortened after the session began', async () => {
      const { sessions, clock } = await setup();
      const { id } = await sessions.create({ userId: 'u1' });
      const strict = sessionStore('sessions', { schema, idle: '5m', absolute: '10m' });
      const stricter = await driver.create(strict, { clock, sharing: sessions });
      clock.advance(5 * MINUTE - 1);
      expect(await stricter.load(id)).toBeDefined();
      clock.advance(1);
      expect(await stricter.load(id)).toBeUndefined();
      expect(await sessions.load(id)).toBeDefined();
    });
  });

  describe('regenerate', () => {
    it('moves data and beginning to a new id and kills the old one', async () => {
      const { sessions, clock } = await setup();
      const old = await sessions.create({ userId: 'u1', visits: 3 });
      clock.advance(MINUTE);
      const moved = await sessions.regenerate(old.id);
      expect(moved).toMatchObject({ data: { userId: 'u1', visits: 3 }, createdAtMs: old.createdAtMs });
      expect(moved?.id).not.toBe(old.id);
      expect(await sessions.load(old.id)).toBeUndefined();
      expect(await sessions.load(moved?.id ?? '')).toEqual(moved);
    });

    it('takes new data with it', async () => {
      const { sessions } = await setup();
      const { id } = await sessions.create({ userId: 'guest' });
      const moved = await sessions.regenerate(id, { userId: 'u1', admin: true });
      expect((await sessions.load(moved?.id ?? ''))?.data).toEqual({ userId: 'u1', admin: true });
    });

    it('happens once when several ask at once', async () => {
      const { sessions } = await setup();
      const { id } = await sessions.create({ userId: 'u1' });
      const moved = (await settled(8, () => sessions.regenerate(id))).filter((outcome) => outcome !== undefined);
      const live = moved.filter((outcome) => typeof outcome === 'object');
      expect(live).toHaveLength(1);
      expect(await sessions.load(id)).toBeUndefined();
    });

    it('loses no data that is saved at the same time', async () => {
      const { sessions } = await setup();
      for (let round = 0; round < 10; round += 1) {
        const { id } = await sessions.create({ userId: 'u1' });
        const [saved, moved] = await Promise.all([
          sessions.save(id, { userId: 'u1', visits: round }),
          sessions.regenerate(id),
        ]);
        const { data } = (await sessions.load(moved?.id ?? '')) ?? {};
        expect(data).toEqual(saved ? { userId: 'u1', visits: round } : { userId: 'u1' });
      }
    });
  });

  it('is never resurrected by a touch or a save that races its end', async () => {
    const { sessions } = await setup();
    for (let round = 0; round < 15; round += 1) {
      const { id } = await sessions.create({ userId: 'u1' });
      await Promise.all([
        sessions.touch(id),
        sessions.save(id, { userId: 'u1', visits: round }),
        sessions.destroy(id),
        sessions.touch(id),
        sessions.save(id, { userId: 'u2' }),
      ]);
      expect(await sessions.load(id)).toBeUndefined();
    }
  });

  describe('data of another release', () => {
    it('counts as ended where it no longer fits, and is there again when the release is taken back', async () => {
      const { sessions, clock } = await setup();
      const { id } = await sessions.create({ userId: 'u1' });
      const next = sessionStore('sessions', { schema: z.object({ userId: z.string(), tenant: z.string() }) });
      const later = await driver.create(next, { clock, sharing: sessions });
      expect(await later.load(id)).toBeUndefined();
      expect(await later.touch(id)).toBeUndefined();
      expect(await later.regenerate(id)).toBeUndefined();
      expect((await sessions.load(id))?.data).toEqual({ userId: 'u1' });
    });

    it('is taken over where the schema has a default for it', async () => {
      const { sessions, clock } = await setup();
      const { id } = await sessions.create({ userId: 'u1' });
      const next = sessionStore('sessions', {
        schema: z.object({ userId: z.string(), theme: z.string().default('light') }),
      });
      const later = await driver.create(next, { clock, sharing: sessions });
      expect((await later.touch(id))?.data).toEqual({ userId: 'u1', theme: 'light' });
    });
  });

  it('holds large data, and refuses what is too large without a call', async () => {
    const { sessions } = await setup();
    const { id } = await sessions.create({ userId: 'x'.repeat(400_000) });
    expect((await sessions.load(id))?.data.userId).toHaveLength(400_000);
    driver.calls();
    await expect(sessions.save(id, { userId: 'x'.repeat(410_000) })).rejects.toMatchObject({
      code: 'SESSION_TOO_LARGE',
    });
    await expect(sessions.create({ userId: 1 } as never)).rejects.toMatchObject({ code: 'SESSION_INVALID' });
    expect(driver.calls()).toEqual([]);
  });
}
