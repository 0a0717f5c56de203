import { TwelvefoldError } from '@twelvefold/core';
import { commit, wasWrittenWith } from './commit.ts';
import type { StoreContext } from './context.ts';
import { newVersion, sessionExpiry, untilWritten } from './context.ts';
import type { Live } from './find.ts';
import { find, reading, rotatedAt, UNKNOWN } from './find.ts';
import { changedFields, fieldsOf, mergeFields } from './merge.ts';
import type { SessionClient } from './port.ts';
import type { SessionData } from './session-data.ts';
import { parseSessionId } from './session-id.ts';
import type { Views } from './views.ts';

/**
 * A session's idle end moves on when this part of the idle window has passed since the last write.
 */
const TOUCH_AFTER = 0.25;

/** The methods that read a session and change its data. */
export function changeMethods<T>(
  context: StoreContext,
  content: SessionData<T>,
  views: Views<T>,
): Pick<SessionClient<T>, 'load' | 'touch' | 'save' | 'update'> {
  const { driver, clock, limits, randomBytes, subject, onEvent } = context;

  const load: SessionClient<T>['load'] = async (id, { signal } = {}) => {
    const target = parseSessionId(id);
    if (target === undefined) return { ended: UNKNOWN };
    const { live, ended } = await find(reading(context), target, signal);
    return live === undefined ? { ended } : views.ofLive(id, live);
  };

  /** Writes the session with new data. `undefined` after a conflict. */
  const write = async (id: string, live: Live, data: T, version: string, signal: AbortSignal | undefined) => {
    const encoded = content.encode(data);
    const seenAtMs = Math.max(live.record.seenAtMs, clock.now());
    const record = { ...live.record, data: encoded.data, seenAtMs };
    const change = { key: live.key, base: live.stored, record, expiresAtMs: sessionExpiry(record, limits) };
    const outcome = await commit(driver, [change], version, signal);
    return outcome === 'written' ? views.ofWritten(id, record, encoded) : undefined;
  };

  /** Changes a session by `make`, again after each conflict. */
  const change = async (
    id: string,
    signal: AbortSignal | undefined,
    make: (live: Live) => Promise<T> | T,
  ): ReturnType<SessionClient<T>['update']> => {
    const target = parseSessionId(id);
    if (target === undefined) return { ended: UNKNOWN, retries: 0 };
    const version = newVersion(randomBytes);
    return untilWritten(context, signal, async (retries) => {
      const { live, ended, stored } = await find(context, target, signal);
      const isDone = retries > 0 && wasWrittenWith(stored, version); // an earlier try whose answer was late
      if (live === undefined) return { ended, retries };
      if (isDone) return { ...views.ofLive(id, live), retries };
      if (live.isReadOnly) return { ended: rotatedAt(live), retries };
      const readable = views.ofLive(id, live);
      if (readable.session === undefined) return { ...readable, retries };
      const session = await write(id, live, await make(live), version, signal);
      return session && { session, retries };
    });
  };

  return {
    load,
    async touch(id, { signal } = {}) {
      const target = parseSessionId(id);
      if (target === undefined) return { ended: UNKNOWN };
      const { live, ended } = await find(context, target, signal);
      if (live === undefined) return { ended };
      const now = clock.now();
      const result = views.ofLive(id, live);
      if (result.session === undefined || live.isReadOnly) return result;
      if (now < live.record.seenAtMs + limits.idleMs * TOUCH_AFTER) return result;
      const record = { ...live.record, seenAtMs: now };
      const moved = { key: live.key, base: live.stored, record, expiresAtMs: sessionExpiry(record, limits) };
      const outcome = await commit(driver, [moved], newVersion(randomBytes), signal);
      // After a conflict another request has changed, moved on or ended the session.
      return outcome === 'written' ? views.ofLive(id, { ...live, record }) : load(id, { signal });
    },
    async save(session, data, { signal } = {}) {
      const base = fieldsOf(views.baseOf(session));
      const { json } = content.encode(data);
      const localFields = fieldsOf(JSON.parse(json));
      const changed = changedFields(base, localFields);
      const { retries: _, ...result } = await change(session.id, signal, (live) => {
        if (live.record.userId !== session.userId) throw conflict('its principal has changed');
        const storedFields = fieldsOf(decoded(live));
        const both = changedFields(base, storedFields).filter((field) => changed.includes(field));
        if (both.length > 0) {
          const names = both.map((field) => `'${field}'`).join(', ');
          throw conflict(`another request has changed ${names} as well`);
        }
        return mergeFields(storedFields, localFields, changed) as T; // the schema decides when it is encoded
      });
      return result as Awaited<ReturnType<SessionClient<T>['save']>>; // the rest of a union loses its parts
    },
    async update(id, changeData, { signal } = {}) {
      const result = await change(id, signal, async (live) => {
        const draft = decoded(live);
        return (await changeData(draft)) ?? draft;
      });
      if (result.retries > 0) onEvent({ type: 'retried', retries: result.retries });
      return result;
    },
  };

  /** A copy of the data, which nothing else refers to. */
  function decoded({ stored }: Live): T {
    const decodedData = content.decode((JSON.parse(stored.text) as { data: unknown }).data); // seen to be a session
    if (decodedData.valid) return decodedData.value;
    throw new TwelvefoldError('SESSION_INVALID', `Cannot change ${subject}: its data does not fit the schema`);
  }

  function conflict(reason: string): TwelvefoldError {
    return new TwelvefoldError(
      'SESSION_CONFLICT',
      `Cannot save ${subject}: ${reason}; change it by update(id, change), which runs again on a conflict`,
    );
  }
}
