import { createHash } from 'node:crypto';
import type { Deduplication, Message, MessageDraft, Original, QueueState, Received } from './queue-types.ts';

const WINDOW_MS = 5 * 60_000;

/** The first message that was accepted under `key`, as long as its five minutes last. */
export function findOriginal(accepted: Deduplication, key: string, now: number): Original | undefined {
  for (const [old, { at }] of accepted) {
    if (now - at < WINDOW_MS) break;
    accepted.delete(old);
  }
  return accepted.get(key);
}

/**
 * The deduplication id of a message, its content's where the queue says so, and the key under which
 * a FIFO queue remembers it.
 */
export function deduplicationOf(
  { deduplicationId: given, groupId, body }: MessageDraft,
  attributes: Readonly<Record<string, string>>,
): { deduplicationId: string | undefined; key: string } {
  const byContent = attributes.ContentBasedDeduplication === 'true';
  const deduplicationId = given ?? (byContent ? createHash('sha256').update(body).digest('hex') : undefined);
  const scope = attributes.DeduplicationScope === 'messageGroup' ? `${groupId} ` : '';
  return { deduplicationId, key: `${scope}${deduplicationId}` };
}

// "You can use ReceiveRequestAttemptId only for 5 minutes after a ReceiveMessage action"
// (ReceiveMessage).

/** The receives of a FIFO queue that can be repeated under their id. */
interface ReceiveAttempts {
  /**
   * The messages that an earlier receive gave under this id, as long as all of it is still hidden
   * by that receive: "if none of the messages have been modified (deleted or had their visibility
   * changes)".
   */
  find(attemptId: string | undefined, now: number): Message[] | undefined;
  remember(attemptId: string | undefined, received: readonly Received[], now: number): void;
}

export function createReceiveAttempts({ attempts, messages }: QueueState): ReceiveAttempts {
  return {
    find: (attemptId, now) => {
      const attempt = attemptId === undefined ? undefined : attempts.get(attemptId);
      if (attempt === undefined || now - attempt.at >= WINDOW_MS) return undefined;
      const found = attempt.given.flatMap(({ messageId, receipt, until }) => {
        const message = messages.get(messageId);
        const untouched = message?.inFlight && message.receipt === receipt && message.visibleAt === until;
        return message !== undefined && untouched ? [message] : [];
      });
      return found.length === attempt.given.length ? found : undefined;
    },
    remember: (attemptId, received, now) => {
      if (attemptId === undefined || received.length === 0) return;
      for (const [id, { at }] of attempts) {
        if (now - at < WINDOW_MS) break;
        attempts.delete(id);
      }
      attempts.delete(attemptId); // to its end: the oldest stand first
      const given = received.map(({ message, receipt }) => ({
        messageId: message.id,
        receipt,
        until: message.visibleAt,
      }));
      attempts.set(attemptId, { at: now, given });
    },
  };
}
