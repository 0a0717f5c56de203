import type { Change } from './commit.ts';
import { commit, readRecords, wasWrittenWith } from './commit.ts';
import type { StoreContext } from './context.ts';
import { anyEpochKey, epochOf, newVersion, sessionExpiry, untilWritten } from './context.ts';
import type { Live } from './find.ts';
import { endedRecord, find, rotatedAt, UNKNOWN } from './find.ts';
import type { RegenerateOptions, SessionClient, SessionResult } from './port.ts';
import type { SessionRecord } from './records.ts';
import { KEYS } from './records.ts';
import type { SessionData } from './session-data.ts';
import { createSessionId, parseSessionId } from './session-id.ts';
import { listChanges } from './user-sessions.ts';
import type { Views } from './views.ts';

/** The methods that start a session, or move it to another id. */
export function moveMethods<T>(
  context: StoreContext,
  content: SessionData<T>,
  views: Views<T>,
): Pick<SessionClient<T>, 'create' | 'regenerate' | 'rotate'> {
  const { driver, clock, limits, randomBytes } = context;

  const principal = async (userId: string | undefined, signal: AbortSignal | undefined) =>
    userId === undefined ? {} : { userId, user: await context.hashOf(userId, signal) };

  const put = (key: string, record: SessionRecord): Change => ({
    key,
    base: undefined,
    record,
    expiresAtMs: sessionExpiry(record, limits),
  });

  /** The outcome of an earlier try whose answer was lost or late. */
  const written = async (id: string, signal: AbortSignal | undefined): Promise<SessionResult<T>> => {
    const target = parseSessionId(id);
    const { live, ended } = target ? await find(context, target, signal) : { live: undefined, ended: UNKNOWN };
    return live === undefined ? { ended } : views.ofLive(id, live);
  };

  /** The data of a moved session. */
  const dataFor = (live: Live, given: RegenerateOptions<T>['data']) => {
    if (given !== undefined && typeof given !== 'function') return content.encode(given);
    const decoded = content.decode((JSON.parse(live.stored.text) as { data: unknown }).data); // seen to be a session
    if (!decoded.valid) return undefined;
    const draft = decoded.value;
    return content.encode(given === undefined ? draft : ((given as (draft: T) => T | undefined)(draft) ?? draft));
  };

  const move = async (
    id: string,
    reason: 'regenerated' | 'rotated',
    { userId, data, signal }: RegenerateOptions<T>,
  ): Promise<SessionResult<T>> => {
    const target = parseSessionId(id);
    if (target === undefined) return { ended: UNKNOWN };
    const given = await principal(userId, signal);
    const version = newVersion(randomBytes);
    // One id for all tries: a try whose answer was lost is recognized.
    const secret = randomBytes(32);
    return untilWritten(context, signal, async (retries) => {
      const listed = given.user ?? target.user;
      const also = listed === undefined ? [] : [KEYS.user(listed), KEYS.userEpoch(listed)];
      const { live, ended, stored, records } = await find(context, target, signal, also);
      if (retries > 0 && wasWrittenWith(stored, version)) {
        return written(
          createSessionId(() => secret, listed),
          signal,
        );
      }
      if (live === undefined) return { ended };
      if (live.isReadOnly) return reason === 'rotated' ? views.ofLive(id, live) : { ended: rotatedAt(live) };
      const encoded = dataFor(live, data);
      if (encoded === undefined) return views.ofLive(id, live);

      const user = given.user ?? live.record.user;
      const newId = createSessionId(() => secret, user);
      const key = parseSessionId(newId)?.key ?? '';
      const now = clock.now();
      const record: SessionRecord = {
        ...live.record,
        ...given,
        data: encoded.data,
        // A log-in starts both limits again (NIST SP 800-63B-4, section 5).
        createdAtMs: given.userId === undefined ? live.record.createdAtMs : now,
        seenAtMs: Math.max(live.record.seenAtMs, now),
        movedAtMs: now,
        userEpoch: user === undefined ? 0 : epochOf(records.get(KEYS.userEpoch(user))),
        epoch: live.epoch,
      };
      const { before: _, ...snapshot } = live.record;
      const moved = reason === 'rotated' ? { next: key, session: snapshot } : { next: key };
      const changes = [
        { key: live.key, base: live.stored, ...endedRecord(context, reason, undefined, moved) },
        put(key, record),
      ];
      if (user !== undefined) {
        const list = records.get(KEYS.user(user));
        changes.push(...(await listChanges(context, { user, list, add: key, remove: live.key }, signal)));
      }
      if ((await commit(driver, changes, version, signal)) === 'conflict') return undefined;
      return { session: views.ofWritten(newId, record, encoded) };
    });
  };

  return {
    async create(data, { userId, signal } = {}) {
      const encoded = content.encode(data);
      const owner = await principal(userId, signal);
      const version = newVersion(randomBytes);
      const id = createSessionId(randomBytes, owner.user);
      const key = parseSessionId(id)?.key ?? '';
      return untilWritten(context, signal, async (retries) => {
        const { user } = owner;
        const epochKey = anyEpochKey(context);
        const keys = [epochKey, ...(user === undefined ? [] : [KEYS.userEpoch(user), KEYS.user(user)])];
        const records = await readRecords(driver, retries === 0 ? keys : [...keys, key], signal);
        const done = records.get(key);
        if (done?.record.type === 'session') return views.ofWritten(id, done.record, encoded);
        const now = clock.now();
        const record: SessionRecord = {
          type: 'session',
          data: encoded.data,
          ...owner,
          createdAtMs: now,
          seenAtMs: now,
          movedAtMs: now,
          userEpoch: user === undefined ? 0 : epochOf(records.get(KEYS.userEpoch(user))),
          epoch: epochOf(records.get(epochKey)),
        };
        const changes = [put(key, record)];
        if (user !== undefined) {
          const list = records.get(KEYS.user(user));
          changes.push(...(await listChanges(context, { user, list, add: key }, signal)));
        }
        const outcome = await commit(driver, changes, version, signal);
        return outcome === 'written' ? views.ofWritten(id, record, encoded) : undefined;
      });
    },
    regenerate: (id, options = {}) => move(id, 'regenerated', options),
    rotate: (id, options = {}) => move(id, 'rotated', options),
  };
}
