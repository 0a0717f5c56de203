import type { Clock } from '@twelvefold/core';

export interface BoundedMapOptions {
  /** The most entries. */
  entries: number;
  /** The most bytes of keys and texts, at two bytes per character: V8 takes one or two. */
  bytes: number;
  clock: Pick<Clock, 'now'>;
}

/** Texts in memory that end by themselves. */
export interface BoundedMap {
  get(key: string): string | undefined;
  /** A text that is larger than the whole map is not kept. */
  set(key: string, text: string, ttlMs: number): void;
  delete(key: string): void;
  keys(): readonly string[];
  readonly size: number;
}

interface Entry {
  readonly text: string;
  readonly endsAtMs: number;
  readonly bytes: number;
}

/**
 * A map that drops the least recently used texts beyond its bounds. Ends are on the wall clock,
 * which goes on while a Lambda environment is frozen.
 */
export function createBoundedMap({ entries, bytes: mostBytes, clock }: BoundedMapOptions): BoundedMap {
  // In the order of use, the oldest first: a Map keeps the order of insertion.
  const stored = new Map<string, Entry>();
  let bytes = 0;
  const remove = (key: string): Entry | undefined => {
    const found = stored.get(key);
    if (found !== undefined) {
      bytes -= found.bytes;
      stored.delete(key);
    }
    return found;
  };
  return {
    get(key) {
      const found = stored.get(key);
      if (found === undefined) return undefined;
      stored.delete(key);
      if (found.endsAtMs <= clock.now()) {
        bytes -= found.bytes;
        return undefined;
      }
      stored.set(key, found);
      return found.text;
    },
    set(key, text, ttlMs) {
      remove(key);
      const size = (key.length + text.length) * 2;
      if (size > mostBytes) return;
      stored.set(key, { text, endsAtMs: clock.now() + ttlMs, bytes: size });
      bytes += size;
      for (const oldest of stored.keys()) {
        if (stored.size <= entries && bytes <= mostBytes) return;
        remove(oldest);
      }
    },
    delete: (key) => void remove(key),
    keys: () => [...stored.keys()],
    get size() {
      return stored.size;
    },
  };
}
