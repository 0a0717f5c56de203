import type { Aws } from '@twelvefold/aws';
import { sqs } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { copyOfLetter } from '../../queue/dead-letters/copy-of-letter.ts';
import { readDeadLetter } from '../../queue/dead-letters/dead-letter.ts';
import type { QueueWalk } from '../../queue/dead-letters/queue-walk.ts';
import type { DeadLetter } from '../../queue/port.ts';

export interface RedriveOptions {
  aws: Aws;
  from: QueueWalk;
  to: Pick<QueueWalk, 'url' | 'fifo'>;
  /** Which messages go; the others are left as they are. */
  wanted(letter: DeadLetter): boolean;
  limit: number;
  /** Messages per second, at most. */
  rate: number | undefined;
  dryRun: boolean;
  /** Ends the run early; what is hidden is given back. */
  signal: AbortSignal | undefined;
  clock: Clock;
  onProgress(counts: RedriveCounts): void;
  /** Also when it rejects. */
  onEnd(counts: RedriveCounts): void;
}

export interface RedriveCounts {
  readonly moved: number;
  /** Looked at and left. */
  readonly left: number;
  /**
   * Of those left: sent here after the run began. They are left so that a message that fails again
   * is not moved twice in one run.
   */
  readonly late: number;
  /** Sent, but still in the dead-letter queue as well, because they could not be deleted. */
  readonly twice: number;
  /** Could not be made visible again: they come back by themselves. */
  readonly hidden: number;
}

/**
 * Moves messages back. Each is received, sent and only then deleted, so that a run that dies loses
 * none. A message that could not be deleted is in both queues, and is counted. Rejects if a message
 * cannot be sent and if `signal` aborts; messages that were not moved are visible again then.
 */
export async function redrive(options: RedriveOptions): Promise<void> {
  const { aws, from, to, wanted, limit, rate, dryRun, signal, clock } = options;
  let [moved, left, late, twice, hidden] = [0, 0, 0, 0, 0];
  const startedAt = clock.monotonic();
  const begunMs = clock.now();
  try {
    for await (const message of from.messages(signal)) {
      const letter = readDeadLetter(message);
      const isLate = letter.sentAtMs > begunMs;
      if (moved >= limit || isLate || !wanted(letter)) {
        left += 1;
        if (isLate) late += 1;
        from.hold(message);
        if (moved >= limit) break;
        continue;
      }
      if (dryRun) {
        moved += 1;
        from.hold(message);
        continue;
      }
      const due = rate === undefined ? 0 : startedAt + (moved * 1_000) / rate - clock.monotonic();
      from.hold(message); // until it has been sent
      if (due > 0) await clock.sleep(due, signal);
      await aws.call(sqs, 'SendMessage', copyOfLetter(message, to), { access: 'write', repeatable: true });
      moved += 1;
      try {
        const input = { QueueUrl: from.url, ReceiptHandle: message.ReceiptHandle ?? '' };
        await aws.call(sqs, 'DeleteMessage', input, { access: 'write', repeatable: true });
        from.release(message);
      } catch {
        twice += 1;
      }
      options.onProgress({ moved, left, late, twice, hidden });
    }
  } finally {
    hidden = await from.giveBack();
    options.onEnd({ moved, left, late, twice, hidden });
  }
}
