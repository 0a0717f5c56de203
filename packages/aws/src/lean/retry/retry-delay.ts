import { backoffMs } from '@twelvefold/core/internal';

/** The SDK's numbers (its `DefaultRetryBackoffStrategy`, release 3.1169), in milliseconds. */
const BASE_MS = { transient: 50, throttled: 1_000 } as const;
const MAX_MS = 20_000;
/** A server may ask for this much more than the back-off, and no more. */
const MAX_HINT_MS = 5_000;

/**
 * Milliseconds before retry `retry` (the first is 0): full jitter, and at least the server's hint,
 * within bounds.
 */
export function retryDelay(
  retry: number,
  kind: keyof typeof BASE_MS,
  hintMs: number | undefined,
  random: () => number,
): number {
  const delay = Math.floor(backoffMs(retry + 1, BASE_MS[kind], MAX_MS, random, 'full'));
  return hintMs === undefined ? delay : Math.max(delay, Math.min(hintMs, delay + MAX_HINT_MS));
}

/**
 * The wait that a response asks for: `retry-after` in seconds or as a date, `x-amz-retry-after` in
 * milliseconds.
 */
export function retryHint(headers: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const seconds = headers['retry-after'];
  if (seconds !== undefined) {
    const ms = /^\d+(?:\.\d+)?$/.test(seconds) ? Number(seconds) * 1_000 : Date.parse(seconds) - nowMs;
    return Number.isNaN(ms) ? undefined : Math.max(0, ms);
  }
  const amz = headers['x-amz-retry-after'];
  return amz !== undefined && /^\d+$/.test(amz) ? Number(amz) : undefined;
}
