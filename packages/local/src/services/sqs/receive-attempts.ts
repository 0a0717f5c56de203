import type { Message } from './message.ts';
import type { Received } from './queue.ts';
import type { QueueState } from './queue-state.ts';

// "You can use ReceiveRequestAttemptId only for 5 minutes after a ReceiveMessage action" (ReceiveMessage).
const WINDOW_MS = 5 * 60_000;

/** The receives of a FIFO queue that can be repeated under their id. */
export interface ReceiveAttempts {
  /**
   * What an earlier receive gave under this id, as long as all of it is still hidden by that receive: "if none of the messages have
   * been modified (deleted or had their visibility changes)".
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
