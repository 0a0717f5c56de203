import { vi } from 'vitest';

/**
 * Repeats `check` until it passes. The limit only ends a test that fails: a busy machine may need
 * seconds.
 */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000 });
