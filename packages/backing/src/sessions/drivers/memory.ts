/**
 * Keeps sessions in the memory of the process: for tests, and for tools that one process runs.
 * @module
 */
import type { Clock } from '@twelvefold/core';
import { systemClock } from '@twelvefold/core';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { RecordChange, SessionDriver, StoredRecord } from '../driver.ts';

/** @inline */
interface MemorySessionDriverOptions {
  /** Decides when records expire. @defaultValue the system's */
  clock?: Clock;
}

interface Entry extends StoredRecord {
  readonly expiresAtMs: number;
}

/** Writes between two searches for expired records. */
const SWEEP_EVERY = 1_000;

/**
 * Makes a driver that keeps the records of one session store in memory. They end with the process,
 * and other processes do not see them.
 *
 * @throws TypeError for an unknown option.
 * @example
 * ```ts
 * const store = createSessions({ definition: sessions, driver: memorySessionDriver() });
 * ```
 */
export function memorySessionDriver(options: MemorySessionDriverOptions = {}): SessionDriver {
  assertKnownOptions('create the memory driver of sessions', options, ['clock']);
  const { clock = systemClock } = options;
  const entries = new Map<string, Entry>();
  let writes = 0;
  const current = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && entry.expiresAtMs > clock.now() ? entry : undefined;
  };
  const sweep = () => {
    const now = clock.now();
    for (const [key, { expiresAtMs }] of entries) if (expiresAtMs <= now) entries.delete(key);
  };
  return {
    name: 'memory',
    maxValueBytes: Number.POSITIVE_INFINITY,
    read: async (keys, { signal } = {}) => {
      signal?.throwIfAborted();
      const found = new Map<string, StoredRecord>();
      for (const key of keys) {
        const entry = current(key);
        if (entry !== undefined) found.set(key, { value: entry.value, version: entry.version });
      }
      return found;
    },
    write: async (changes, { signal } = {}) => {
      signal?.throwIfAborted();
      const valid = ({ key, expected }: RecordChange) => current(key)?.version === expected;
      if (!changes.every(valid)) return 'conflict';
      for (const { key, version, value, expiresAtMs = Number.POSITIVE_INFINITY } of changes) {
        entries.set(key, { version, value, expiresAtMs });
      }
      writes += 1;
      if (writes % SWEEP_EVERY === 0) sweep();
      return 'written';
    },
    async *scan({ signal } = {}) {
      for (const key of [...entries.keys()]) {
        signal?.throwIfAborted();
        const entry = current(key);
        if (entry !== undefined) yield { key, value: entry.value, version: entry.version };
      }
    },
  };
}
