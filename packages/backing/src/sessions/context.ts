import { randomBytes as systemRandomBytes } from 'node:crypto';
import type { Clock } from '@twelvefold/core';
import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { backoffMs } from '@twelvefold/core/internal';
import { commit, readRecords } from './commit.ts';
import type { SessionDriver } from './driver.ts';
import type { SessionEvent } from './port.ts';
import type { EndReason, EpochRecord, HashKeyRecord, SessionRecord, Stored } from './records.ts';
import { EPOCH_COPIES, KEYS } from './records.ts';
import { hashUser } from './session-id.ts';

/** When sessions end, and how long the store remembers it. */
export interface SessionLimits {
  readonly idleMs: number;
  readonly absoluteMs: number;
  /** How long an id from before a rotation reads. */
  readonly graceMs: number;
  /** How long the reason of an end is kept. */
  readonly rememberMs: number;
  readonly maxPerUser: { readonly sessions: number; readonly over: 'refuse' | 'end oldest' };
  /** Whether the use of an id from before a rotation, after `grace`, ends the session. */
  readonly onReuse: 'report' | 'end';
}

/**
 * The surroundings of a session store.
 * @inline
 */
export interface ContextOptions {
  /** Decides when sessions end, and waits between tries. @defaultValue the system's */
  clock?: Clock;
  /**
   * 0 to below 1: jitter, and which copy of the store's epoch is read.
   * @defaultValue `Math.random`
   */
  random?: () => number;
  /** Where session ids come from: must be a cryptographic source. @defaultValue Node's */
  randomBytes?: (size: number) => Uint8Array;
  /**
   * Called with reuse of rotated ids, unreadable data and retries.
   * @defaultValue they are dropped
   */
  onEvent?: (event: SessionEvent) => void;
}

/** The parts of a session store that its operations share. */
export interface StoreContext {
  /** For errors, e.g. `a session of store 'sessions'`. */
  readonly subject: string;
  readonly driver: SessionDriver;
  readonly limits: SessionLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  onEvent(event: SessionEvent): void;
  /** The keyed hash of a user. Its key is made by the first caller and kept in the store. */
  hashOf(userId: string, signal: AbortSignal | undefined): Promise<string>;
  /** The same, without making a key: `undefined` while no user has ever had a session. */
  findHash(userId: string, signal: AbortSignal | undefined): Promise<string | undefined>;
}

const MAX_USER_ID_BYTES = 1_024;

/** Makes the hashes of users. The key is read once per process. */
function userHashes(
  driver: SessionDriver,
  randomBytes: (size: number) => Uint8Array,
): Pick<StoreContext, 'hashOf' | 'findHash'> {
  let known: string | undefined;
  const read = async (signal: AbortSignal | undefined): Promise<string | undefined> => {
    if (known !== undefined) return known;
    const stored = (await readRecords(driver, [KEYS.hashKey], signal)).get(KEYS.hashKey);
    known = (stored?.record as HashKeyRecord | undefined)?.key; // the only kind under this key
    return known;
  };
  const make = async (signal: AbortSignal | undefined): Promise<void> => {
    const record: HashKeyRecord = { type: 'key', key: Buffer.from(randomBytes(32)).toString('base64url') };
    const change = { key: KEYS.hashKey, base: undefined, record, expiresAtMs: undefined };
    await commit(driver, [change], newVersion(randomBytes), signal); // another process may win; its key is read then
  };
  const assertUserId = (userId: unknown) => {
    if (typeof userId === 'string' && userId !== '' && Buffer.byteLength(userId) <= MAX_USER_ID_BYTES) return;
    throw new TypeError(`Cannot use a userId: it must be text of 1 to ${MAX_USER_ID_BYTES} bytes`);
  };
  return {
    async findHash(userId, signal) {
      assertUserId(userId);
      const key = await read(signal);
      return key === undefined ? undefined : hashUser(key, userId);
    },
    async hashOf(userId, signal) {
      assertUserId(userId);
      for (;;) {
        const key = await read(signal);
        if (key !== undefined) return hashUser(key, userId);
        await make(signal);
      }
    },
  };
}

/** Puts together the parts that operations share. */
export function storeContext(
  subject: string,
  driver: SessionDriver,
  limits: SessionLimits,
  options: ContextOptions,
): StoreContext {
  const { clock = systemClock, random = Math.random, randomBytes = systemRandomBytes, onEvent = () => {} } = options;
  return { subject, driver, limits, clock, random, randomBytes, onEvent, ...userHashes(driver, randomBytes) };
}

/** A version for the writes of one operation. */
export function newVersion(randomBytes: (size: number) => Uint8Array): string {
  return Buffer.from(randomBytes(8)).toString('base64url');
}

/** The key of one of the store's epochs. */
export function anyEpochKey({ random }: Pick<StoreContext, 'random'>): string {
  return KEYS.epoch(Math.floor(random() * EPOCH_COPIES));
}

/** The epoch of a record that may be absent: 0 until it is first moved on. */
export function epochOf(stored: Stored | undefined): number {
  return (stored?.record as EpochRecord | undefined)?.epoch ?? 0; // the only kind under its keys
}

/** When a session ends without a further request. */
export function sessionEnd({ seenAtMs, createdAtMs, untilMs }: SessionRecord, limits: SessionLimits): number {
  return untilMs ?? Math.min(seenAtMs + limits.idleMs, createdAtMs + limits.absoluteMs);
}

/** When a session's record may be deleted: its reason is kept for a while after its end. */
export function sessionExpiry(record: SessionRecord, limits: SessionLimits): number {
  return sessionEnd(record, limits) + limits.rememberMs;
}

/** A session's end by time, or `undefined` while it lives. */
export function endByTime(
  record: SessionRecord,
  nowMs: number,
  limits: SessionLimits,
): { reason: EndReason; atMs: number } | undefined {
  const atMs = sessionEnd(record, limits);
  if (atMs > nowMs) return undefined;
  const isIdle = record.untilMs === undefined && record.seenAtMs + limits.idleMs === atMs;
  return { reason: isIdle ? 'idle' : 'absolute', atMs };
}

/** How long a change is tried again while others change the same session. */
const CHANGE_MS = 10_000;
const FIRST_WAIT_MS = 4;
const LONGEST_WAIT_MS = 100;

/**
 * Runs `attempt` until it returns something else than `undefined`, which stands for a conflict:
 * after a wait of 4 ms at first and at most 100 ms.
 *
 * @throws TwelvefoldError `TRANSACTION_CONFLICT` after 10 s of conflicts.
 */
export async function untilWritten<R>(
  { clock, random, subject }: StoreContext,
  signal: AbortSignal | undefined,
  attempt: (retries: number) => Promise<R | undefined>,
): Promise<R> {
  const endMs = clock.monotonic() + CHANGE_MS;
  for (let retries = 0; ; retries += 1) {
    const result = await attempt(retries);
    if (result !== undefined) return result;
    if (clock.monotonic() >= endMs) {
      throw new TwelvefoldError(
        'TRANSACTION_CONFLICT',
        `Cannot change ${subject}: others changed it during each of ${retries + 1} tries in ${CHANGE_MS / 1_000} s; try again later`,
      );
    }
    await clock.sleep(backoffMs(retries + 1, FIRST_WAIT_MS, LONGEST_WAIT_MS, random, 'full'), signal);
  }
}
