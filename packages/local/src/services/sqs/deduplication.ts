/** What was sent first under a deduplication id. */
export interface Original {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

/** Which messages a FIFO queue accepted in the last five minutes. Deleting a message does not shorten that. */
export interface Deduplication {
  find(key: string, now: number): Original | undefined;
  remember(key: string, original: Original, now: number): void;
}

const WINDOW_MS = 5 * 60_000;

export function createDeduplication(): Deduplication {
  const accepted = new Map<string, Original & { at: number }>();
  const forgetOld = (now: number) => {
    for (const [key, { at }] of accepted) {
      if (now - at < WINDOW_MS) break;
      accepted.delete(key);
    }
  };
  return {
    find: (key, now) => {
      forgetOld(now);
      return accepted.get(key);
    },
    remember: (key, original, now) => {
      accepted.set(key, { ...original, at: now });
    },
  };
}
