import { durationMs } from '@twelvefold/core';
import type { BufferOptions } from '@twelvefold/logging/internal';

/** Bytes that a scope may hold back with `TWELVEFOLD_LOG_BUFFER=on`: Powertools' default. */
const DEFAULT_BYTES = 20_480;

/**
 * Reads how debug lines are held back: `TWELVEFOLD_LOG_BUFFER` is `on`, or bytes per scope, and
 * `TWELVEFOLD_LOG_SLOW` a duration. An invalid value is reported and ignored: a typing error must
 * not keep an app from starting.
 */
export function bufferSettings(env: Readonly<Record<string, string | undefined>>): {
  buffer: BufferOptions | undefined;
  warnings: string[];
} {
  const size = env.TWELVEFOLD_LOG_BUFFER?.trim() ?? '';
  const slow = env.TWELVEFOLD_LOG_SLOW?.trim() ?? '';
  if (size === '' || size === 'off') return { buffer: undefined, warnings: [] };
  const warnings: string[] = [];
  const maxBytes = size === 'on' ? DEFAULT_BYTES : Number(size);
  if (!Number.isSafeInteger(maxBytes) || maxBytes <= 0) {
    warnings.push("Ignored TWELVEFOLD_LOG_BUFFER: it is neither 'on' nor 'off' nor a number of bytes");
    return { buffer: undefined, warnings };
  }
  if (slow !== '' && !isDuration(slow)) {
    warnings.push("Ignored TWELVEFOLD_LOG_SLOW: it is not a duration such as '2s' or '500ms'");
  }
  return { buffer: { maxBytes, ...(isDuration(slow) ? { slow } : {}) }, warnings };
}

function isDuration(text: string): text is NonNullable<BufferOptions['slow']> {
  try {
    return durationMs(text as NonNullable<BufferOptions['slow']>) >= 0; // it throws for what is none
  } catch {
    return false;
  }
}
