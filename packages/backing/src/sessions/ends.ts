import type { Change } from './commit.ts';
import { commit, readRecords, wasWrittenWith } from './commit.ts';
import type { StoreContext } from './context.ts';
import { epochOf, newVersion, sessionExpiry, untilWritten } from './context.ts';
import { endAt, find, reading, rotatedAt, UNKNOWN } from './find.ts';
import type { SessionClient } from './port.ts';
import type { EndReason, EpochRecord, Stored } from './records.ts';
import { EPOCH_COPIES, KEYS, MAX_ENDS } from './records.ts';
import { parseSessionId } from './session-id.ts';
import { liveSessions, sessionsOf } from './user-sessions.ts';
import type { Views } from './views.ts';

const NOTE_LENGTH = 200;

/** The methods that end sessions, and those that list them. */
export function endMethods<T>(
  context: StoreContext,
  views: Views<T>,
): Pick<SessionClient<T>, 'end' | 'endOthers' | 'endUser' | 'endEveryone' | 'endListed' | 'list' | 'inspect'> {
  const { driver, clock, limits, randomBytes } = context;

  /** Moves an epoch on. Never deleted: without its epoch an ended session would live. */
  const next = (key: string, base: Stored | undefined, epoch: number, reason: EndReason, note: string | undefined) => {
    const { ends = [] } = (base?.record ?? {}) as Partial<EpochRecord>; // the only kind under its keys
    const end = { epoch, reason, atMs: clock.now(), ...(note === undefined ? {} : { note }) };
    const record: EpochRecord = { type: 'epoch', epoch, ends: [...ends, end].slice(-MAX_ENDS) };
    return { key, base, record, expiresAtMs: undefined } satisfies Change;
  };

  /** Moves epochs on together, so that all copies of one have the same number. */
  const advance = async (
    keys: readonly string[],
    reason: EndReason,
    note: string | undefined,
    signal: AbortSignal | undefined,
  ) => {
    const version = newVersion(randomBytes);
    await untilWritten(context, signal, async (retries) => {
      const records = await readRecords(driver, keys, signal);
      if (retries > 0 && wasWrittenWith(records.get(keys[0] ?? ''), version)) return true;
      const epoch = 1 + Math.max(...keys.map((key) => epochOf(records.get(key))));
      const changes = keys.map((key) => next(key, records.get(key), epoch, reason, note));
      return (await commit(driver, changes, version, signal)) === 'written' ? true : undefined;
    });
  };

  return {
    async end(id, { note, signal } = {}) {
      assertNote(note);
      const target = parseSessionId(id);
      if (target === undefined) return;
      await endAt(context, target.key, { reason: 'ended', ...(note === undefined ? {} : { note }) }, signal);
    },
    async endOthers(id, { note, signal } = {}) {
      assertNote(note);
      const target = parseSessionId(id);
      if (target === undefined) return { ended: UNKNOWN };
      const version = newVersion(randomBytes);
      return untilWritten(context, signal, async (retries) => {
        const also = target.user === undefined ? [] : [KEYS.userEpoch(target.user)];
        const { live, ended, stored, records } = await find(context, target, signal, also);
        if (live === undefined) return { ended };
        const { user } = live.record;
        if (user === undefined || (retries > 0 && wasWrittenWith(stored, version))) return views.ofLive(id, live);
        if (live.isReadOnly) return { ended: rotatedAt(live) };
        const key = KEYS.userEpoch(user);
        const userEpoch = live.userEpoch + 1;
        const record = { ...live.record, userEpoch };
        const changes = [
          { key: live.key, base: live.stored, record, expiresAtMs: sessionExpiry(record, limits) },
          next(key, records.get(key), userEpoch, 'others', note),
        ];
        const outcome = await commit(driver, changes, version, signal);
        return outcome === 'written' ? views.ofLive(id, { ...live, record }) : undefined;
      });
    },
    async endUser(userId, { note, signal } = {}) {
      assertNote(note);
      await advance([KEYS.userEpoch(await context.hashOf(userId, signal))], 'user', note, signal);
    },
    async endEveryone({ note, signal } = {}) {
      assertNote(note);
      const copies = Array.from({ length: EPOCH_COPIES }, (_, copy) => KEYS.epoch(copy));
      await advance(copies, 'everyone', note, signal);
    },
    async endListed(userId, handle, { note, signal } = {}) {
      assertNote(note);
      const user = await context.hashOf(userId, signal);
      const reason = { reason: 'ended', ...(note === undefined ? {} : { note }) } as const;
      await endAt(context, handle, reason, signal, (session) => session.user === user);
    },
    async list(userId, { signal } = {}) {
      const user = await context.findHash(userId, signal);
      if (user === undefined) return [];
      const listKey = KEYS.user(user);
      const list = (await readRecords(driver, [listKey], signal)).get(listKey);
      const live = await liveSessions(context, user, sessionsOf(list), signal);
      return live.reverse().flatMap(({ key, record }) => views.summary(key, record) ?? []);
    },
    async inspect(handle, { signal } = {}) {
      if (typeof handle !== 'string' || handle.includes(':')) return { ended: UNKNOWN };
      const { live, ended } = await find(reading(context), { key: handle, user: undefined }, signal);
      if (live === undefined) return { ended };
      const session = views.summary(live.key, live.record);
      return session ? { session } : { ended: { reason: 'unreadable' } };
    },
  };
}

function assertNote(note: unknown): void {
  if (note === undefined || (typeof note === 'string' && note.length >= 1 && note.length <= NOTE_LENGTH)) return;
  throw new TypeError(`Cannot end sessions: note must be text of 1 to ${NOTE_LENGTH} characters`);
}
