import { TwelvefoldError } from '@twelvefold/core';
import type { Change } from './commit.ts';
import { readRecords } from './commit.ts';
import type { StoreContext } from './context.ts';
import { anyEpochKey } from './context.ts';
import { endedRecord, endOf } from './find.ts';
import type { SessionRecord, Stored, UserRecord } from './records.ts';
import { KEYS } from './records.ts';

/** A change of the list of a user's sessions. */
export interface ListChange {
  readonly user: string;
  readonly list: Stored | undefined;
  /** The key of a new session. */
  readonly add: string;
  /** The key that a session had before. */
  readonly remove?: string | undefined;
}

/**
 * The changes that put a new session on its user's list: of the list, and of the sessions that end
 * to make room. They belong into the transaction that creates the session, so that no two log-ins
 * pass the limit together.
 *
 * @throws TwelvefoldError `SESSION_LIMIT` if the store refuses more sessions of a user.
 */
export async function listChanges(
  context: StoreContext,
  { user, list, add, remove }: ListChange,
  signal: AbortSignal | undefined,
): Promise<Change[]> {
  const { limits, clock, subject } = context;
  const { sessions: limit, over } = limits.maxPerUser;
  const changes: Change[] = [];
  let keys = sessionsOf(list).filter((key) => key !== remove && key !== add);
  if (keys.length >= limit) {
    const live = await liveSessions(context, user, keys, signal);
    if (live.length >= limit && over === 'refuse') {
      throw new TwelvefoldError(
        'SESSION_LIMIT',
        `Cannot create ${subject}: the user has ${live.length} sessions, and maxPerUser allows ${limit}; end one first`,
      );
    }
    for (const { key, stored } of live.slice(0, Math.max(0, live.length - limit + 1))) {
      changes.push({ key, base: stored, ...endedRecord(context, 'oldest') });
    }
    keys = live.map(({ key }) => key).slice(changes.length);
  }
  const record: UserRecord = { type: 'user', sessions: [...keys, add] };
  const expiresAtMs = clock.now() + limits.absoluteMs + limits.rememberMs;
  changes.push({ key: KEYS.user(user), base: list, record, expiresAtMs });
  return changes;
}

/** The keys on a user's list, oldest first. */
export function sessionsOf(list: Stored | undefined): readonly string[] {
  return (list?.record as UserRecord | undefined)?.sessions ?? []; // the only kind under its keys
}

/** The sessions of a user that live, in the order of the keys. */
export async function liveSessions(
  context: StoreContext,
  user: string,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Array<{ key: string; stored: Stored; record: SessionRecord }>> {
  if (keys.length === 0) return [];
  const epochKey = anyEpochKey(context);
  const userKey = KEYS.userEpoch(user);
  const records = await readRecords(context.driver, [...keys, epochKey, userKey], signal);
  return keys.flatMap((key) => {
    const stored = records.get(key);
    if (stored?.record.type !== 'session' || stored.record.user !== user) return [];
    const end = endOf(context, stored.record, records.get(userKey), records.get(epochKey));
    return end === undefined ? [{ key, stored, record: stored.record }] : [];
  });
}
