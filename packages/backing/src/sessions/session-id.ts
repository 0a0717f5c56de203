import { createHmac } from 'node:crypto';
import { digest } from '../dynamodb/digest.ts';

/** 256 random bits as base64url, then the keyed hash of the user, if the session has one. */
const WELL_FORMED = /^[A-Za-z0-9_-]{43}([A-Za-z0-9_-]{22})?$/;

/** An id that this store may have given out. */
export interface ParsedId {
  /** The key of the session's record: a hash, so a reader of the table cannot use the session. */
  readonly key: string;
  /** The keyed hash of the user. */
  readonly user: string | undefined;
}

/**
 * Makes a session id. It ends in the hash of the user, so that a request reads the user's epoch
 * together with the session.
 *
 * @param randomBytes Must be a cryptographic source.
 */
export function createSessionId(randomBytes: (size: number) => Uint8Array, user: string | undefined): string {
  return Buffer.from(randomBytes(32)).toString('base64url') + (user ?? '');
}

/**
 * Takes an id apart. `undefined` for text that this store cannot have given out: that needs no
 * call.
 */
export function parseSessionId(id: unknown): ParsedId | undefined {
  if (typeof id !== 'string') return undefined;
  const match = WELL_FORMED.exec(id);
  // The hash covers the user's part too: an id with another user's part, or without it, has another
  // key.
  return match ? { key: digest(id), user: match[1] } : undefined;
}

/** HMAC-SHA256 of a user, cut to 128 bits: 22 base64url characters. */
export function hashUser(key: string, userId: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url'))
    .update(userId)
    .digest()
    .subarray(0, 16)
    .toString('base64url');
}
