import type { Duration } from '@twelvefold/core';
import { durationMs, TwelvefoldError } from '@twelvefold/core';
import { unknownOptions } from '@twelvefold/core/internal';
import { digest } from '../../dynamodb/digest.ts';
import type { Change } from '../commit.ts';
import { commit, wasWrittenWith } from '../commit.ts';
import type { ContextOptions, SessionLimits, StoreContext } from '../context.ts';
import { epochOf, newVersion, sessionExpiry, storeContext, untilWritten } from '../context.ts';
import type { SessionDriver } from '../driver.ts';
import { endAt, endedRecord, find, reading } from '../find.ts';
import { changedFields, fieldsOf, mergeFields } from '../merge.ts';
import type { SessionRecord } from '../records.ts';
import { KEYS } from '../records.ts';
import { listChanges } from '../user-sessions.ts';
import { RecentStates } from './recent-states.ts';

/**
 * The options of a store for another library's sessions.
 * @inline
 */
export interface ForeignStoreOptions extends Pick<ContextOptions, 'clock' | 'random' | 'onEvent'> {
  /** Keeps the records, e.g. `dynamoDbSessionDriver({ name, aws })`. */
  driver: SessionDriver;
  /**
   * How long a session without an expiry of its cookie lives after its last write. @defaultValue
   * '1d'
   */
  ttl?: Duration;
  /**
   * The user of a session, so that `endUser` and `maxPerUser` work.
   * @defaultValue none: sessions have no user
   */
  userOf?: (session: Readonly<Record<string, unknown>>) => string | undefined;
  /** As of `sessionStore`. @defaultValue { sessions: 90, over: 'end oldest' } */
  maxPerUser?: SessionLimits['maxPerUser'];
  /** Turns on `all`, `length` and `clear`, which read the whole table. @defaultValue false */
  scan?: boolean;
}

/** A session as express-session and @fastify/session hand it to a store: data and its cookie. */
export type ForeignSession = Record<string, unknown> & {
  cookie: { expires?: Date | string | null | undefined; originalMaxAge?: number | null | undefined };
};

/** Sessions of another library, under its ids. */
export interface ForeignSessions {
  get(sid: string): Promise<ForeignSession | undefined>;
  /**
   * Stores a session, unless it has ended. Writes nothing if only its expiry has moved a little.
   */
  set(sid: string, session: ForeignSession): Promise<void>;
  touch(sid: string, session: ForeignSession): Promise<void>;
  destroy(sid: string): Promise<void>;
  /**
   * Ends one session and starts another, in one transaction.
   *
   * @throws TwelvefoldError `SESSION_CONFLICT` if the new one has data of a session that has ended.
   */
  regenerate(from: string, to: string, session: ForeignSession): Promise<void>;
  all(): Promise<Array<{ sid: string; session: ForeignSession }>>;
  clear(): Promise<void>;
}

const OPTIONS = ['driver', 'clock', 'random', 'onEvent', 'ttl', 'userOf', 'maxPerUser', 'scan'];
const DAY_MS = 86_400_000;
const DEFAULT_MAX = { sessions: 90, over: 'end oldest' } as const;
/**
 * A session is written again when this part of its life has passed, if nothing else has changed.
 */
const TOUCH_AFTER = 0.25;

/** @throws TypeError that names every fault of the options. */
export function createForeignSessions(store: string, options: ForeignStoreOptions): ForeignSessions {
  const { driver, userOf = () => undefined, maxPerUser = DEFAULT_MAX, scan = false } = options;
  const ttlMs = checked(store, options);
  const limits: SessionLimits = {
    // Every record has its end.
    idleMs: ttlMs,
    absoluteMs: ttlMs,
    graceMs: 0,
    rememberMs: DAY_MS,
    maxPerUser,
    onReuse: 'report',
  };
  const context = storeContext(`a session of ${store}`, driver, limits, options);
  const { clock, randomBytes } = context;
  const states = new RecentStates();

  const keyOf = (sid: string) => digest(`foreign:${sid}`);
  const untilOf = ({ cookie: { expires } }: ForeignSession): number => {
    const atMs = expires === undefined || expires === null ? Number.NaN : new Date(expires).getTime();
    return Number.isNaN(atMs) ? clock.now() + ttlMs : atMs;
  };

  /** The record of a session that begins. */
  const begin = async (
    sid: string,
    data: unknown,
    session: ForeignSession,
    old: SessionRecord | undefined,
  ): Promise<{ record: SessionRecord; changes: Change[] }> => {
    const userId = userOf(session);
    const user = userId === undefined ? undefined : await context.hashOf(userId, undefined);
    const also = user === undefined ? [] : [KEYS.user(user), KEYS.userEpoch(user)];
    const { records, epoch } = await presentOf(context, also);
    const now = clock.now();
    const record: SessionRecord = {
      type: 'session',
      data,
      ...(userId === undefined || user === undefined ? {} : { userId, user }),
      createdAtMs: old?.createdAtMs ?? now,
      seenAtMs: now,
      movedAtMs: now,
      userEpoch: user === undefined ? 0 : epochOf(records.get(KEYS.userEpoch(user))),
      epoch,
      untilMs: untilOf(session),
    };
    const list = user === undefined ? undefined : { user, list: records.get(KEYS.user(user)), add: keyOf(sid) };
    return { record, changes: list === undefined ? [] : await listChanges(context, list, undefined) };
  };
  const put = (sid: string, record: SessionRecord, base: Change['base']): Change => ({
    key: keyOf(sid),
    base,
    record,
    expiresAtMs: sessionExpiry(record, limits),
  });

  const write = async (sid: string, session: ForeignSession): Promise<void> => {
    const { json, data } = plain(session);
    const localFields = fieldsOf(data);
    const base = states.closest(sid, localFields);
    if (base !== undefined && !isDue(base.untilMs, base.fields, localFields, session)) return;
    const version = newVersion(randomBytes);
    await untilWritten(context, undefined, async (retries) => {
      const { live, stored } = await find(context, { key: keyOf(sid), user: undefined }, undefined);
      if (retries > 0 && wasWrittenWith(stored, version)) return true;
      if (live === undefined && stored !== undefined) return true; // it has ended: no write brings it back
      if (live === undefined) {
        const { record, changes } = await begin(sid, data, session, undefined);
        const outcome = await commit(context.driver, [put(sid, record, undefined), ...changes], version, undefined);
        if (outcome === 'conflict') return undefined;
        states.keep(sid, json, untilOf(session));
        return true;
      }
      const storedFields = fieldsOf(live.record.data);
      const changed = changedFields(base?.fields ?? storedFields, localFields);
      const merged = mergeFields(storedFields, localFields, changed) as ForeignSession; // a session, with its cookie
      const userId = userOf(merged);
      const isSameUser = userId === live.record.userId;
      if (
        !isSameUser &&
        base !== undefined &&
        changedFields(base.fields, storedFields).some((field) => field !== 'cookie')
      ) {
        throw new TwelvefoldError(
          'SESSION_CONFLICT',
          `Cannot store a session of ${store}: its user changes, and another request has changed it; regenerate the session on log-in`,
        );
      }
      const { record, changes } = isSameUser
        ? { record: { ...live.record, data: merged, seenAtMs: clock.now(), untilMs: untilOf(session) }, changes: [] }
        : await begin(sid, merged, merged, live.record);
      const outcome = await commit(context.driver, [put(sid, record, live.stored), ...changes], version, undefined);
      if (outcome === 'conflict') return undefined;
      states.keep(sid, JSON.stringify(merged), untilOf(session));
      return true;
    });
  };

  return {
    async get(sid) {
      const { live } = await find(reading(context), { key: keyOf(sid), user: undefined }, undefined);
      if (live === undefined) return undefined;
      const json = JSON.stringify(live.record.data);
      states.keep(sid, json, live.record.untilMs ?? 0);
      return JSON.parse(json) as ForeignSession; // only a session is stored under such a key
    },
    set: write,
    touch: write,
    async destroy(sid) {
      states.forget(sid);
      await endAt(context, keyOf(sid), { reason: 'ended' }, undefined);
    },
    async regenerate(from, to, session) {
      const { json, data } = plain(session);
      const version = newVersion(randomBytes);
      await untilWritten(context, undefined, async (retries) => {
        const { live, records } = await find(context, { key: keyOf(from), user: undefined }, undefined, [keyOf(to)]);
        if (retries > 0 && wasWrittenWith(records.get(keyOf(to)), version)) return true;
        if (live === undefined && fieldsOf(data).size > 1) {
          throw new TwelvefoldError(
            'SESSION_CONFLICT',
            `Cannot regenerate a session of ${store} with its data: it has ended meanwhile; let the user log in again`,
          );
        }
        const { record, changes } = await begin(to, data, session, undefined);
        const ended = live && {
          key: live.key,
          base: live.stored,
          ...endedRecord(context, 'regenerated', undefined, { next: keyOf(to) }),
        };
        const all = [...(ended ? [ended] : []), put(to, record, undefined), ...changes];
        return (await commit(context.driver, all, version, undefined)) === 'written' ? true : undefined;
      });
      states.forget(from);
      states.keep(to, json, untilOf(session));
    },
    async all() {
      const sessions: Array<{ sid: string; session: ForeignSession }> = [];
      for await (const { key, record } of scanned()) {
        const { live } = await find(reading(context), { key, user: record.user }, undefined);
        if (live !== undefined) sessions.push({ sid: key, session: live.record.data as ForeignSession }); // as above
      }
      return sessions;
    },
    async clear() {
      for await (const { key } of scanned()) await endAt(context, key, { reason: 'ended' }, undefined);
    },
  };

  async function* scanned(): AsyncGenerator<{ key: string; record: SessionRecord }> {
    if (!scan || driver.scan === undefined) {
      throw new TypeError(`Cannot list the sessions of ${store}: it reads the whole table; turn on scan: true`);
    }
    for await (const { key, value } of driver.scan()) {
      const record = JSON.parse(value) as SessionRecord; // looked at next
      if (record.type === 'session' && record.untilMs !== undefined) yield { key, record };
    }
  }

  /** Whether a session must be written: something changed, or a quarter of its life has passed. */
  function isDue(
    untilMs: number,
    before: ReadonlyMap<string, string>,
    after: ReadonlyMap<string, string>,
    session: ForeignSession,
  ): boolean {
    if (changedFields(before, after).some((field) => field !== 'cookie')) return true;
    if (lasting(before.get('cookie')) !== lasting(after.get('cookie'))) return true;
    const lifeMs = session.cookie.originalMaxAge ?? ttlMs;
    return Math.abs(untilOf(session) - untilMs) >= lifeMs * TOUCH_AFTER;
  }
}

/** The members of a cookie that move with each request. */
const MOVING = new Set(['expires', 'originalExpires', 'maxAge']);

/** A cookie without its expiry, as JSON. */
function lasting(cookie: string | undefined): string {
  const rest = Object.entries(JSON.parse(cookie ?? '{}')).filter(([name]) => !MOVING.has(name));
  return JSON.stringify(rest);
}

function plain(session: ForeignSession): { json: string; data: ForeignSession } {
  const json = JSON.stringify(session);
  return { json, data: JSON.parse(json) as ForeignSession }; // its own copy
}

/** The store's present epoch, and other records, in one read. */
async function presentOf(context: StoreContext, also: readonly string[]) {
  const { records } = await find(context, { key: 'none:', user: undefined }, undefined, also);
  const epoch = [...records].find(([key]) => key.startsWith('epoch:'))?.[1];
  return { records, epoch: epochOf(epoch) };
}

function checked(store: string, options: ForeignStoreOptions): number {
  const faults = unknownOptions(options, OPTIONS).map((option) => `unknown option '${option}'`);
  const { driver, ttl = '1d', userOf, maxPerUser = DEFAULT_MAX, scan } = options;
  let ttlMs = 0;
  try {
    ttlMs = durationMs(ttl);
  } catch {
    faults.push("ttl is not a duration such as '1d'");
  }
  if (typeof driver?.read !== 'function') faults.push('driver is missing: pass dynamoDbSessionDriver({ name, aws })');
  if (userOf !== undefined && typeof userOf !== 'function') faults.push('userOf is not a function');
  const { sessions, over } = maxPerUser;
  if (!(Number.isInteger(sessions) && sessions >= 1 && sessions <= 90)) {
    faults.push('maxPerUser.sessions is not a whole number from 1 to 90');
  }
  if (over !== 'refuse' && over !== 'end oldest') faults.push("maxPerUser.over is not 'refuse' or 'end oldest'");
  if (scan === true && driver?.scan === undefined) faults.push('scan is on, and the driver cannot scan');
  if (faults.length > 0) throw new TypeError(`Cannot create the store of ${store}: ${faults.join('; ')}`);
  return ttlMs;
}
