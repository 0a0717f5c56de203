/** A duration with its unit, e.g. `'30s'`, `'5m'`, `'1.5h'`, or `'never'`. */
export type MaxAge = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}` | 'never';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Milliseconds in a snapshot's age limit. Lifecycle's durations look the same, and this package does not know that one.
 *
 * @throws TypeError for anything else, e.g. a number.
 */
export function maxAgeMsOf(maxAge: MaxAge): number {
  if (maxAge === 'never') return Number.POSITIVE_INFINITY;
  const match = typeof maxAge === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(maxAge) : null;
  const ms = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new TypeError(
    `Cannot define config: maxAge ${JSON.stringify(maxAge)} must be a duration above 0 with its unit, e.g. '5m', or 'never'`,
  );
}
