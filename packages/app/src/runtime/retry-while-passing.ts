import type { Clock } from '@twelvefold/core';
import { isPassing } from './startup-error.ts';

export interface RetryOptions {
  clock: Clock;
  /** Milliseconds after which the failure is final. */
  forMs: number;
  signal?: AbortSignal | undefined;
  /** A number in [0, 1). */
  random: () => number;
  onRetry(error: unknown, delayMs: number): void;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

/**
 * Tries again, with exponential back-off and jitter, while the failure is one that may pass by
 * itself.
 */
export async function retryWhilePassing<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, forMs, signal, random, onRetry } = options;
  const begun = clock.monotonic();
  for (let ceilingMs = FIRST_DELAY_MS; ; ceilingMs = Math.min(ceilingMs * 2, LONGEST_DELAY_MS)) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      const delayMs = Math.round(ceilingMs * (0.5 + random() / 2));
      if (!isPassing(error) || clock.monotonic() - begun + delayMs > forMs) throw error;
      onRetry(error, delayMs);
      await clock.sleep(delayMs, signal);
    }
  }
}
