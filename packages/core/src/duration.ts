/** A duration with its unit, e.g. `'500ms'`, `'30s'`, `'15m'`, `'1.5h'` or `'14d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/**
 * Milliseconds in a duration string.
 *
 * @throws RangeError when the text is not a number followed by ms, s, m, h or d.
 * @example
 * ```ts
 * durationMs('30s'); // 30000
 * ```
 */
export function durationMs(duration: Duration): number {
  const match = PATTERN.exec(duration);
  if (!match) {
    throw new RangeError(
      `Cannot parse duration ${JSON.stringify(duration)}: write a number and a unit, e.g. '30s' or '12h'`,
    );
  }
  return Number(match[1]) * (UNITS[match[2] as string] as number);
}
