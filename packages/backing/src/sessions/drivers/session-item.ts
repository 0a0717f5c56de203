/** When sessions end. */
export interface Limits {
  readonly idleMs: number;
  readonly absoluteMs: number;
}

/**
 * What is stored of a session: when it began and was last seen, and no more. Its ends follow from the definition, so a
 * shorter limit holds at once for sessions that exist already.
 */
export interface SessionItem {
  /** The digest of the session's id: what can be read here cannot be replayed. */
  readonly id: string;
  /** JSON. */
  readonly data: string;
  readonly createdAtMs: number;
  readonly seenAtMs: number;
  /** For TTL alone, in whole seconds. */
  readonly expiresAt: number;
}

/** When a session ends unless it is touched. */
export function sessionEnd(
  { createdAtMs, seenAtMs }: Pick<SessionItem, 'createdAtMs' | 'seenAtMs'>,
  { idleMs, absoluteMs }: Limits,
): number {
  return Math.min(seenAtMs + idleMs, createdAtMs + absoluteMs);
}
