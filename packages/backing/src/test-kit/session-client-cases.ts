import assert from 'node:assert/strict';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { createSessions } from '../sessions/create-sessions.ts';
import type { SessionDriver } from '../sessions/driver.ts';
import type { SessionClient } from '../sessions/port.ts';
import type { SessionStoreOptions } from '../sessions/session-store.ts';
import { sessionStore } from '../sessions/session-store.ts';

interface Data {
  readonly count: number;
  readonly cart?: string;
  readonly theme?: string;
}

/** A schema without a library. */
const schema: StandardSchemaV1<unknown, Data> = {
  '~standard': {
    version: 1,
    vendor: 'twelvefold',
    validate: (value) =>
      typeof (value as Partial<Data> | null)?.count === 'number'
        ? { value: value as Data } // the rest of it is not looked at
        : { issues: [{ message: 'not a number', path: ['count'] }] },
  },
};

const MINUTE_MS = 60_000;

/**
 * A clock whose wall time only the case moves. It starts now, because drivers expire records by
 * their own clock.
 */
function shiftedClock(): Clock & { shift(ms: number): void } {
  let shiftMs = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + shiftMs,
    shift: (ms) => {
      shiftMs += ms;
    },
  };
}

function open(driver: SessionDriver, options: Omit<SessionStoreOptions<typeof schema>, 'schema'> = {}) {
  const clock = shiftedClock();
  const events: string[] = [];
  const definition = sessionStore('sessions', { schema, idle: '30m', absolute: '2h', ...options });
  const store = createSessions({ definition, driver, clock, onEvent: ({ type }) => events.push(type) });
  return { store, clock, events };
}

/** The reason why there is no session, or `live`. */
async function stateOf(store: SessionClient<Data>, id: string): Promise<string> {
  return (await store.load(id)).ended?.reason ?? 'live';
}

async function idAfter(result: ReturnType<SessionClient<Data>['regenerate']>): Promise<string> {
  const { session } = await result;
  assert.ok(session, 'the session must move');
  return session.id;
}

/** Requirements of sessions on every driver. */
export const sessionClientCases: Readonly<Record<string, (driver: SessionDriver) => Promise<void>>> = {
  'sessions: 64 concurrent increments give 64': async (driver) => {
    const { store, events } = open(driver);
    const { id } = await store.create({ count: 0 });
    const results = await Promise.all(
      Array.from({ length: 64 }, () => store.update(id, ({ count, ...rest }) => ({ ...rest, count: count + 1 }))),
    );
    assert.ok(results.every(({ session }) => session !== undefined));
    assert.equal((await store.load(id)).session?.data.count, 64);
    const retried = results.filter(({ retries }) => retries > 0).length;
    assert.equal(events.filter((event) => event === 'retried').length, retried);
  },
  'sessions: save keeps changes of different fields, and refuses two of one field': async (driver) => {
    const { store } = open(driver);
    const { id } = await store.create({ count: 0 });
    const [one, two] = [(await store.load(id)).session, (await store.load(id)).session];
    assert.ok(one && two);
    await store.save(one, { ...one.data, cart: 'keyboard' });
    const merged = await store.save(two, { ...two.data, theme: 'dark' });
    assert.deepEqual(merged.session?.data, { count: 0, cart: 'keyboard', theme: 'dark' });
    await assert.rejects(store.save(two, { ...two.data, cart: 'keyboard' }), { code: 'SESSION_CONFLICT' });
    await assert.rejects(store.save(one, { ...one.data, theme: 'light' }), { code: 'SESSION_CONFLICT' });
  },
  'sessions: regenerate ends the old id at once, once': async (driver) => {
    const { store } = open(driver);
    const { id } = await store.create({ count: 1 });
    const moves = await Promise.all(Array.from({ length: 8 }, () => store.regenerate(id, { userId: 'ada' })));
    const ids = moves.flatMap(({ session }) => session?.id ?? []);
    assert.equal(ids.length, 1);
    assert.equal(await stateOf(store, id), 'regenerated');
    assert.equal((await store.load(ids[0] ?? '')).session?.userId, 'ada');
    assert.equal((await store.update(id, () => ({ count: 2 }))).ended?.reason, 'regenerated');
  },
  'sessions: a log-out beside a regenerate ends the moved session too': async (driver) => {
    const { store } = open(driver);
    for (let round = 0; round < 20; round += 1) {
      const { id } = await store.create({ count: round }, { userId: 'ada' });
      const move = round % 2 === 0 ? store.regenerate(id) : store.rotate(id);
      const [{ session }] = await Promise.all([move, store.end(id)]);
      assert.notEqual(await stateOf(store, id), 'live');
      if (session !== undefined) assert.notEqual(await stateOf(store, session.id), 'live');
    }
  },
  'sessions: a rotated id reads the state from before, and never writes': async (driver) => {
    const { store, clock, events } = open(driver, { grace: '30s' });
    const { id } = await store.create({ count: 1 }, { userId: 'ada' });
    const moves = await Promise.all(Array.from({ length: 4 }, () => store.rotate(id)));
    const winners = moves.filter(({ session }) => session?.isReadOnly === false);
    assert.equal(winners.length, 1);
    const newId = winners[0]?.session?.id ?? '';
    await store.update(newId, (data) => ({ ...data, count: 2 }));
    const old = (await store.touch(id)).session;
    assert.deepEqual([old?.id, old?.data.count, old?.isReadOnly], [id, 1, true]);
    assert.equal((await store.update(id, (data) => data)).ended?.reason, 'rotated');
    clock.shift(31_000);
    assert.equal(await stateOf(store, id), 'rotated');
    assert.ok(events.includes('reused'));
    assert.equal((await store.load(newId)).session?.data.count, 2);
  },
  'sessions: reuse of a rotated id ends the session, if the store wants that': async (driver) => {
    const { store, clock } = open(driver, { onReuse: 'end' });
    const { id } = await store.create({ count: 1 });
    const newId = await idAfter(store.rotate(id));
    clock.shift(MINUTE_MS);
    await store.touch(id);
    assert.equal(await stateOf(store, newId), 'reused');
  },
  'sessions: one, the others, all of a user and everyone are ended at once': async (driver) => {
    const { store } = open(driver);
    const ids = async (userId: string) => (await store.create({ count: 0 }, { userId })).id;
    const [a1, a2, a3, b1] = [await ids('ada'), await ids('ada'), await ids('ada'), await ids('bob')];
    await store.end(a1, { note: 'logged out' });
    assert.deepEqual((await store.load(a1)).ended?.note, 'logged out');
    assert.ok((await store.endOthers(a2)).session);
    const states = () => Promise.all([a1, a2, a3, b1].map((id) => stateOf(store, id)));
    assert.deepEqual(await states(), ['ended', 'live', 'others', 'live']);
    await store.endUser('ada');
    assert.deepEqual(await states(), ['ended', 'user', 'others', 'live']);
    const again = await ids('ada');
    assert.equal(await stateOf(store, again), 'live');
    await store.endEveryone();
    assert.equal(await stateOf(store, again), 'everyone');
    assert.equal(await stateOf(store, b1), 'everyone');
    assert.equal(await stateOf(store, await ids('bob')), 'live');
  },
  'sessions: concurrent log-ins never pass maxPerUser': async (driver) => {
    const { store } = open(driver, { maxPerUser: { sessions: 3, over: 'refuse' } });
    const logIns = Array.from({ length: 10 }, () => store.create({ count: 0 }, { userId: 'ada' }));
    const outcomes = await Promise.allSettled(logIns);
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') assert.equal((outcome.reason as { code?: string }).code, 'SESSION_LIMIT');
    }
    const [newest] = await store.list('ada');
    await store.endListed('ada', newest?.handle ?? '');
    assert.equal((await store.list('ada')).length, 2);
    await store.create({ count: 0 }, { userId: 'ada' });
    assert.equal((await store.list('ada')).length, 3);
  },
  'sessions: the oldest of a user ends when there are too many': async (driver) => {
    const { store } = open(driver, { maxPerUser: { sessions: 2, over: 'end oldest' } });
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) ids.push((await store.create({ count }, { userId: 'ada' })).id);
    const states = await Promise.all(ids.map((id) => stateOf(store, id)));
    assert.deepEqual(states, ['oldest', 'oldest', 'live', 'live']);
    assert.deepEqual(
      (await store.list('ada')).map(({ data }) => data.count),
      [3, 2],
    );
  },
  'sessions: no write brings an ended session back': async (driver) => {
    const { store } = open(driver);
    for (let round = 0; round < 10; round += 1) {
      const { id } = await store.create({ count: 0 });
      await Promise.all([
        store.touch(id),
        store.update(id, (data) => ({ ...data, count: 1 })),
        store.end(id),
        store.update(id, (data) => ({ ...data, count: 2 })),
      ]);
      assert.equal(await stateOf(store, id), 'ended');
    }
  },
  'sessions: a log-out follows moves whatever the clocks of the processes are': async (driver) => {
    const { store } = open(driver);
    for (const shiftMs of [-60 * MINUTE_MS, 0, 60 * MINUTE_MS]) {
      const other = open(driver, { idle: '90m' });
      other.clock.shift(shiftMs);
      const { id } = await store.create({ count: 0 });
      const second = await idAfter(store.regenerate(id));
      const third = await idAfter(store.rotate(second));
      await other.store.end(id);
      assert.equal(await stateOf(store, third), 'ended');
    }
  },
  'sessions: data that the driver cannot hold is refused, and the session stays as it was': async (driver) => {
    const { maxValueBytes } = driver;
    const small: SessionDriver = { ...driver, maxValueBytes: Math.min(maxValueBytes, 2_000) };
    const { store } = open(small);
    // Bytes count, not characters: 700 of these are 2,100 bytes.
    const cart = '漢'.repeat(700);
    const tooLarge = (error: { code?: string; message: string }) =>
      error.code === 'SESSION_TOO_LARGE' && error.message.includes('bytes') && !error.message.includes('漢');
    await assert.rejects(store.create({ count: 0, cart }), tooLarge);
    const session = await store.create({ count: 1, cart: 'kept' });
    await assert.rejects(store.save(session, { count: 2, cart }), tooLarge);
    await assert.rejects(
      store.update(session.id, () => ({ count: 3, cart })),
      tooLarge,
    );
    await assert.rejects(store.regenerate(session.id, { data: { count: 4, cart } }), tooLarge);
    assert.deepEqual((await store.load(session.id)).session?.data, { count: 1, cart: 'kept' });
  },
  'sessions: end by the idle and the absolute limit': async (driver) => {
    const { store, clock } = open(driver);
    const { id } = await store.create({ count: 0 });
    clock.shift(29 * MINUTE_MS);
    assert.ok((await store.touch(id)).session);
    clock.shift(29 * MINUTE_MS);
    assert.equal(await stateOf(store, id), 'live');
    clock.shift(2 * MINUTE_MS);
    assert.equal(await stateOf(store, id), 'idle');
    const { id: busy } = await store.create({ count: 0 });
    for (let step = 0; step < 5; step += 1) {
      clock.shift(20 * MINUTE_MS);
      assert.ok((await store.touch(busy)).session);
    }
    clock.shift(21 * MINUTE_MS);
    assert.equal((await store.touch(busy)).ended?.reason, 'absolute');
  },
};
