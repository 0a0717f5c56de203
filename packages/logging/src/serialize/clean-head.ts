import type { Redactor } from '../redact/redactor.ts';

/** No secret in any of its forms is longer: Secrets Manager takes 64 KiB, and an escape makes six characters of one. */
const LONGEST_SECRET = 512 * 1024;

/**
 * The first `limit` characters of a text without its secrets, and how many there are behind them. Redacted before it is cut, for a
 * secret cut in half would not be found; of a very long text no more is looked at than a secret at the limit can reach into.
 */
export function cleanHead(text: string, limit: number, redactor: Redactor): { clean: string; more: number } {
  const looked = limit + LONGEST_SECRET;
  if (text.length <= looked) {
    const clean = redactor.text(text);
    return { clean: clean.slice(0, limit), more: Math.max(0, clean.length - limit) };
  }
  // At its end the part may hold the beginning of a secret; and it is shorter than it was where it held others.
  const part = redactor.text(text.slice(0, looked));
  const clean = part.slice(0, Math.min(limit, Math.max(0, part.length - LONGEST_SECRET)));
  return { clean, more: text.length - clean.length };
}
