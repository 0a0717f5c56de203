/**
 * Milliseconds to wait before another attempt: the ceiling doubles from `baseMs` per attempt up to
 * `capMs`, and part of it is random, so that callers that failed together do not return together.
 *
 * @param attempt 1 after the first failure.
 * @param random Returns a number in [0, 1).
 * @param jitter `half` is between half the ceiling and the ceiling, `full` between 0 and it.
 */
export function backoffMs(
  attempt: number,
  baseMs: number,
  capMs: number,
  random: () => number,
  jitter: 'half' | 'full' = 'half',
): number {
  const ceilingMs = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return jitter === 'full' ? ceilingMs * random() : ceilingMs / 2 + (ceilingMs / 2) * random();
}

/**
 * Milliseconds after the change of a secret in which its earlier value may still be right: a
 * service such as RDS may learn of a new password later than Secrets Manager publishes it.
 */
export const JUST_CHANGED_MS = 60_000;
