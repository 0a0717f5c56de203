/** What was sent first under a deduplication id. */
export interface Original {
  readonly messageId: string;
  readonly sequenceNumber: string;
}

/** The messages that a FIFO queue or topic accepted in the last five minutes. Deleting a message does not shorten that. */
export type Deduplication = Map<string, Original & { readonly at: number }>;

const WINDOW_MS = 5 * 60_000;

/** What was accepted first under `key`, as long as its five minutes last. */
export function findOriginal(accepted: Deduplication, key: string, now: number): Original | undefined {
  for (const [old, { at }] of accepted) {
    if (now - at < WINDOW_MS) break;
    accepted.delete(old);
  }
  return accepted.get(key);
}
