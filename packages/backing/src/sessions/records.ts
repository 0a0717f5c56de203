/** A version of a record: 8 random bytes as base64url. */
export type Version = string;

/** How many versions before its own a record keeps. */
const MAX_VERSIONS = 8;

/**
 * The part of every record that says which writes made it: the newest first, its own not included.
 */
interface Written {
  /** Versions before this one. A writer whose answer was lost finds its own here. */
  readonly before?: readonly Version[];
}

/**
 * A session that has not ended. Its ends follow from the definition, so a shorter limit holds at
 * once.
 */
export interface SessionRecord extends Written {
  readonly type: 'session';
  readonly data: unknown;
  readonly userId?: string;
  /** The keyed hash of the user. */
  readonly user?: string;
  readonly createdAtMs: number;
  readonly seenAtMs: number;
  /** Since when the session has its present id. */
  readonly movedAtMs: number;
  /** The user's epoch and the store's when the session began. A higher one ends the session. */
  readonly userEpoch: number;
  readonly epoch: number;
  /** For sessions of an adapter: their own end. */
  readonly untilMs?: number;
}

/** A session that has ended, or lives under another id: kept for `remember`, for its reason. */
export interface EndedRecord extends Written {
  readonly type: 'ended';
  readonly reason: EndReason;
  readonly note?: string;
  readonly endedAtMs: number;
  /** The key of the record that the session moved to. */
  readonly next?: string;
  /** The state before a rotation, readable for `grace`. */
  readonly session?: SessionRecord;
}

/** Ends all sessions that began in an earlier epoch: those of a user, or all of the store. */
export interface EpochRecord extends Written {
  readonly type: 'epoch';
  readonly epoch: number;
  /**
   * The latest moves of the epoch, oldest first: a session ended by the first one after it began.
   */
  readonly ends: readonly EpochEnd[];
}

/** Why an epoch began. */
export interface EpochEnd {
  readonly epoch: number;
  readonly reason: EndReason;
  readonly note?: string;
  readonly atMs: number;
}

/**
 * The sessions of a user, oldest first. Some may have ended: they are removed when the list is
 * full.
 */
export interface UserRecord extends Written {
  readonly type: 'user';
  readonly sessions: readonly string[];
}

/** The key of the store's hashes of users. */
export interface HashKeyRecord extends Written {
  readonly type: 'key';
  /** 32 random bytes as base64url. */
  readonly key: string;
}

export type SessionStoreRecord = SessionRecord | EndedRecord | EpochRecord | UserRecord | HashKeyRecord;

/**
 * Why a request has no session.
 *
 * - `unknown`: the id was never given out, or its session ended longer ago than `remember`
 * - `idle`, `absolute`: the time limits
 * - `ended`: `end` or `endListed`
 * - `regenerated`: moved to another id by `regenerate`
 * - `rotated`: moved by `rotate`, longer ago than `grace`; or a write with such an id
 * - `reused`: its id from before a rotation was used after `grace`, and the store ends such
 * sessions
 * - `oldest`: the user had `maxPerUser` sessions
 * - `others`: `endOthers` of another session of the user
 * - `user`, `everyone`: `endUser`, `endEveryone`
 * - `unreadable`: its data does not fit the schema of this release
 */
export type EndReason =
  | 'unknown'
  | 'idle'
  | 'absolute'
  | 'ended'
  | 'regenerated'
  | 'rotated'
  | 'reused'
  | 'oldest'
  | 'others'
  | 'user'
  | 'everyone'
  | 'unreadable';

/** How many moves an epoch's record keeps. */
export const MAX_ENDS = 8;

/** A record as it was read, with the version that a change of it expects. */
export interface Stored<R extends SessionStoreRecord = SessionStoreRecord> {
  readonly record: R;
  /** The record as JSON. */
  readonly text: string;
  readonly version: Version;
}

/** The versions that a record with a new version keeps. */
export function versionsBefore(stored: Stored | undefined): { before?: readonly Version[] } {
  if (stored === undefined) return {};
  return { before: [stored.version, ...(stored.record.before ?? [])].slice(0, MAX_VERSIONS) };
}

/** Keys of the records that are not sessions. A colon is never part of a session's key. */
export const KEYS = {
  hashKey: 'key:',
  userEpoch: (user: string) => `user-epoch:${user}`,
  user: (user: string) => `user:${user}`,
  epoch: (copy: number) => `epoch:${copy}`,
};

/**
 * Copies of the store's epoch. A request reads one at random: a partition of DynamoDB serves 3,000
 * consistent reads a second, so 16 copies serve 48,000 requests a second.
 */
export const EPOCH_COPIES = 16;
