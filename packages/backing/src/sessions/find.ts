import { commit, readRecords } from './commit.ts';
import type { StoreContext } from './context.ts';
import { anyEpochKey, endByTime, epochOf, newVersion, untilWritten } from './context.ts';
import type { SessionEnd } from './port.ts';
import type { EndedRecord, EpochRecord, SessionRecord, Stored } from './records.ts';
import { KEYS } from './records.ts';

/** Where a session may be. */
export interface Target {
  readonly key: string;
  /** The user's hash, as the id has it. Without it the user's epoch takes a second read. */
  readonly user: string | undefined;
}

/** A live session with what was read beside it. */
export interface Live {
  readonly key: string;
  readonly record: SessionRecord;
  readonly stored: Stored;
  /** The present epochs. */
  readonly userEpoch: number;
  readonly epoch: number;
  readonly isReadOnly: boolean;
}

/** The answer of {@link find}. */
export interface Found {
  readonly live: Live | undefined;
  /** Set without `live`. */
  readonly ended: SessionEnd;
  /** The record under the session's key, if there is one. */
  readonly stored: Stored | undefined;
  /** Everything that was read, by key. */
  readonly records: ReadonlyMap<string, Stored>;
}

export const UNKNOWN: SessionEnd = Object.freeze({ reason: 'unknown' });

/**
 * Reads a session and the epochs that may have ended it, in one call.
 *
 * @param also Keys to read in the same call.
 */
export async function find(
  context: StoreContext,
  { key, user }: Target,
  signal: AbortSignal | undefined,
  also: readonly string[] = [],
): Promise<Found> {
  const epochKey = anyEpochKey(context);
  const keys = [key, epochKey];
  if (user !== undefined) keys.push(KEYS.userEpoch(user));
  for (const one of also) if (!keys.includes(one)) keys.push(one);
  const records = await readRecords(context.driver, keys, signal);
  const stored = records.get(key);
  const gone = (ended: SessionEnd): Found => ({ live: undefined, ended, stored, records });

  if (stored?.record.type === 'ended') return findMoved(context, key, stored as Stored<EndedRecord>, records, signal); // just seen
  if (stored?.record.type !== 'session') return gone(UNKNOWN);
  const { record } = stored;
  let userEpoch: Stored | undefined;
  if (record.user !== undefined) {
    const userKey = KEYS.userEpoch(record.user);
    const missing = user === record.user ? undefined : await readRecords(context.driver, [userKey], signal);
    userEpoch = (missing ?? records).get(userKey);
  }
  const ended = endOf(context, record, userEpoch, records.get(epochKey));
  if (ended) return gone(ended);
  const epochs = { userEpoch: epochOf(userEpoch), epoch: epochOf(records.get(epochKey)) };
  return { live: { key, record, stored, ...epochs, isReadOnly: false }, ended: UNKNOWN, stored, records };
}

/**
 * For methods whose access only reads: a reused id is reported, and its session ends at the next
 * `touch`.
 */
export function reading(context: StoreContext): StoreContext {
  return { ...context, limits: { ...context.limits, onReuse: 'report' } };
}

/** Why the session has ended, or `undefined` while it lives. */
export function endOf(
  { clock, limits }: StoreContext,
  record: SessionRecord,
  userEpoch: Stored | undefined,
  epoch: Stored | undefined,
): SessionEnd | undefined {
  const now = clock.now();
  for (const [stored, recordEpoch] of [
    [epoch, record.epoch],
    [userEpoch, record.userEpoch],
  ] as const) {
    if (stored === undefined || epochOf(stored) <= recordEpoch) continue;
    const { ends } = stored.record as EpochRecord; // the only kind under its keys
    const first = ends.find(({ epoch }) => epoch > recordEpoch);
    if (first === undefined) return UNKNOWN;
    const { reason, note, atMs } = first;
    return remembered({ reason, atMs, ...(note === undefined ? {} : { note }) }, now, limits.rememberMs);
  }
  const end = endByTime(record, now, limits);
  return end && remembered(end, now, limits.rememberMs);
}

function remembered(end: SessionEnd & { atMs: number }, now: number, rememberMs: number): SessionEnd {
  return end.atMs + rememberMs > now ? end : UNKNOWN;
}

/** An id whose session ended or moved. */
async function findMoved(
  context: StoreContext,
  key: string,
  stored: Stored<EndedRecord>,
  records: ReadonlyMap<string, Stored>,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const { clock, limits } = context;
  const { reason, endedAtMs, note, next, session } = stored.record;
  const gone = (ended: SessionEnd): Found => ({ live: undefined, ended, stored, records });
  const end = remembered(
    { reason, atMs: endedAtMs, ...(note === undefined ? {} : { note }) },
    clock.now(),
    limits.rememberMs,
  );
  if (reason !== 'rotated' || next === undefined || session === undefined || end === UNKNOWN) return gone(end);
  if (endedAtMs + limits.graceMs <= clock.now()) return gone(await reused(context, key, stored.record, signal));
  // The old id lives as long as the session that it was rotated to.
  const moved = await find(context, { key: next, user: session.user }, signal);
  if (moved.live === undefined) return gone(moved.ended);
  const live = { ...moved.live, key, record: session, stored, isReadOnly: true };
  return { live, ended: UNKNOWN, stored, records };
}

/**
 * Reports the use of an id from before a rotation, and ends its session if the store wants that.
 */
async function reused(
  context: StoreContext,
  key: string,
  { next, session, endedAtMs }: EndedRecord,
  signal: AbortSignal | undefined,
): Promise<SessionEnd> {
  const isEnding = context.limits.onReuse === 'end';
  context.onEvent({ type: 'reused', handle: key, userId: session?.userId, ended: isEnding });
  if (isEnding && next !== undefined) await endAt(context, next, { reason: 'reused' }, signal);
  return { reason: 'rotated', atMs: endedAtMs };
}

/**
 * Ends the session under a key. Follows every move that is still remembered, however long ago it
 * was: with a time limit the clocks of two processes would decide whether a log-out beside a move
 * ends the session.
 *
 * @param isOf Says whether the session may be ended. @defaultValue every one may
 */
export async function endAt(
  context: StoreContext,
  key: string,
  { reason, note }: Pick<EndedRecord, 'reason' | 'note'>,
  signal: AbortSignal | undefined,
  isOf: (session: SessionRecord) => boolean = () => true,
): Promise<void> {
  const { driver, randomBytes } = context;
  const version = newVersion(randomBytes);
  let at: string | undefined = key;
  const step = async (): Promise<boolean | undefined> => {
    if (at === undefined) return true;
    const stored = (await readRecords(driver, [at], signal)).get(at);
    if (stored?.record.type === 'ended') {
      at = stored.record.next;
      return step();
    }
    if (stored?.record.type !== 'session' || !isOf(stored.record)) return true;
    const change = { key: at, base: stored, ...endedRecord(context, reason, note) };
    // A conflict means that a change or a move came first: the next try ends its outcome.
    return (await commit(driver, [change], version, signal)) === 'written' ? true : undefined;
  };
  await untilWritten(context, signal, step);
}

/** The answer to a change by an id from before a rotation. */
export function rotatedAt({ stored }: Live): SessionEnd {
  return { reason: 'rotated', ...(stored.record.type === 'ended' ? { atMs: stored.record.endedAtMs } : {}) };
}

/** A record in place of a session that ends now. */
export function endedRecord(
  { clock, limits }: StoreContext,
  reason: EndedRecord['reason'],
  note?: string | undefined,
  moved: Pick<EndedRecord, 'next' | 'session'> = {},
): { record: EndedRecord; expiresAtMs: number } {
  const endedAtMs = clock.now();
  const record: EndedRecord = { type: 'ended', reason, endedAtMs, ...(note === undefined ? {} : { note }), ...moved };
  return { record, expiresAtMs: endedAtMs + limits.rememberMs };
}
