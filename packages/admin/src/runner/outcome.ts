import { codeOf } from '@twelvefold/core/internal';
import type { RunError } from '../runs/run.ts';
import type { LegOutcome } from '../runs/run-status.ts';

/** How a leg came to its end. */
export interface LegResult {
  readonly outcome: LegOutcome;
  readonly detail?: string;
  readonly result?: unknown;
}

/** Whether the error is or was caused by the signal's reason, or is an `AbortError`. */
export function isCancellation(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  const seen = new Set<unknown>();
  for (let current = error; !seen.has(current); current = current instanceof Error ? current.cause : undefined) {
    if (current === signal.reason) return true;
    if (current instanceof Error && current.name === 'AbortError') return true;
    seen.add(current);
  }
  return false;
}

/** An error as a record holds it. */
export function runError(cause: unknown, redact: (text: string) => string): RunError {
  if (!(cause instanceof Error)) return { name: 'Error', message: redact(String(cause)) };
  const { name, message } = cause;
  const code = codeOf(cause);
  return { name, message: redact(message), ...(typeof code === 'string' && { code }) };
}

/**
 * A result as a record holds it: without secrets in its texts, numbers and keys. Values that JSON
 * lacks stay.
 */
export function redactedResult(result: unknown, redact: (text: string) => string): unknown {
  const shown = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value);
    if (typeof value === 'number' || typeof value === 'bigint') {
      const text = redact(String(value));
      return text === String(value) ? value : text;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if (Object.keys(value).every((key) => redact(key) === key)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [redact(key), member]));
  };
  if (typeof result !== 'object' || result === null) return shown(result);
  try {
    const text = JSON.stringify(result, (_key, value: unknown) => {
      const one = shown(value);
      return typeof one === 'bigint' ? String(one) : one;
    });
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return redact(String(result)); // as the store keeps what JSON cannot hold
  }
}

/** The metric that counts runs by how they ended. */
export const METRIC_OF = { succeeded: 'taskSucceeded', errored: 'taskFailed', cancelled: 'taskCancelled' } as const;
