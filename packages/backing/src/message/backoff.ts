/**
 * Milliseconds to wait before another attempt: doubles from `baseMs` per attempt up to `capMs`, of which half is random, so
 * that many callers that failed together do not come back together.
 *
 * @param attempt 1 after the first failure.
 */
export function backoffMs(attempt: number, baseMs: number, capMs: number, random: () => number): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return full / 2 + (full / 2) * random();
}
