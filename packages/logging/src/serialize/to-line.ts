import type { PlainOptions } from './plain.ts';
import { toPlain } from './plain.ts';

/**
 * How often a line over the limit is made again with a smaller budget before only its head is kept.
 */
const ATTEMPTS = 3;

/**
 * `fields` as one line of at most `limits.lineBytes` bytes, through `render`. A line that would be
 * longer loses its last and longest values and says so with `truncated: true`.
 */
export function toLine(
  fields: Record<string, unknown>,
  options: Omit<PlainOptions, 'budget'>,
  render: (plain: Record<string, unknown>) => string,
): string {
  const limit = options.limits.lineBytes;
  let budget = limit;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const plain = toPlain(fields, { ...options, budget });
    if (attempt > 0) plain.truncated = true;
    const line = render(plain);
    // A UTF-16 unit is at most three bytes of UTF-8: most lines need no counting.
    const bytes = line.length * 3 <= limit ? 0 : Buffer.byteLength(line);
    if (bytes <= limit) return line;
    // Escapes and multi-byte characters made it longer than its characters: as much shorter as it
    // was too long.
    budget = Math.floor((budget * limit * 0.8) / bytes);
  }
  const { level, timestamp, service } = toPlain(fields, { ...options, budget: 1_000 });
  const message = `Cannot write the whole log entry: over ${limit} bytes`;
  return render({ level, message, timestamp, service, truncated: true });
}
