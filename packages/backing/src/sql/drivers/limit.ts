import type { Clock } from '@twelvefold/core';
import { currentScope } from '@twelvefold/lifecycle';

/** How long work may take: until a moment of the monotonic clock, or until the signal aborts. */
export interface Limit {
  readonly endMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Until the deadline of the running invocation, and at most `ms`. */
export function limitIn(ms: number, clock: Clock): Limit {
  const scope = currentScope();
  const leftMs = scope === undefined ? ms : Math.min(ms, scope.deadline.remainingMs());
  return { endMs: clock.monotonic() + leftMs, signal: scope?.signal };
}

export const earlier = (limit: Limit, ms: number, clock: Clock): Limit => ({
  endMs: Math.min(limit.endMs, clock.monotonic() + ms),
  signal: limit.signal,
});

export const remainingMs = (limit: Limit, clock: Clock): number =>
  limit.signal?.aborted ? 0 : Math.max(0, limit.endMs - clock.monotonic());
