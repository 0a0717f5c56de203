import type { Aws, MessageAttributeValue, SqsMessage } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/lifecycle';
import { stringAttribute } from '../../message/outgoing-attributes.ts';
import type { DeadLetter } from './dead-letter.ts';
import { NOTES, readDeadLetter } from './dead-letter.ts';
import type { QueueWalk } from './queue-walk.ts';

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
  clock: Clock;
  onProgress(counts: RedriveCounts): void;
}

export interface RedriveCounts {
  readonly moved: number;
  /** Looked at and left. */
  readonly left: number;
  /** Sent, but still in the dead-letter queue as well, because they could not be deleted. */
  readonly twice: number;
}

/**
 * Moves messages back: received, sent, and only then deleted, so that a run that dies loses none. One that could not be deleted is in both queues, and
 * counted. Rejects when a message cannot be sent; what was not moved is visible again then too.
 */
export async function redrive(options: RedriveOptions): Promise<RedriveCounts> {
  const { aws, from, to, wanted, limit, rate, dryRun, clock } = options;
  let [moved, left, twice] = [0, 0, 0];
  const startedAt = clock.monotonic();
  try {
    for await (const message of from.messages()) {
      const letter = readDeadLetter(message);
      if (moved >= limit || !wanted(letter)) {
        left += 1;
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
      if (due > 0) await clock.sleep(due);
      from.hold(message); // until it has been sent
      await aws.call('sqs', 'SendMessage', copyOf(message, to), { access: 'write', repeatable: true });
      moved += 1;
      try {
        const input = { QueueUrl: from.url, ReceiptHandle: message.ReceiptHandle ?? '' };
        await aws.call('sqs', 'DeleteMessage', input, { access: 'write', repeatable: true });
        from.release(message);
      } catch {
        twice += 1;
      }
      options.onProgress({ moved, left, twice });
    }
  } finally {
    await from.giveBack();
  }
  return { moved, left, twice };
}

/** The message as it was before it came here: without the notes of why it did. */
function copyOf(message: SqsMessage, to: Pick<QueueWalk, 'url' | 'fifo'>) {
  const attributes: Record<string, MessageAttributeValue> = {};
  for (const [name, value] of Object.entries(message.MessageAttributes ?? {})) {
    if (!(NOTES as readonly string[]).includes(name)) attributes[name] = value;
  }
  const { AWSTraceHeader, MessageGroupId } = message.Attributes ?? {};
  return {
    QueueUrl: to.url,
    MessageBody: message.Body ?? '',
    MessageAttributes: attributes,
    ...(AWSTraceHeader ? { MessageSystemAttributes: { AWSTraceHeader: stringAttribute(AWSTraceHeader) } } : {}),
    ...(MessageGroupId ? { MessageGroupId } : to.fifo ? { MessageGroupId: message.MessageId ?? 'redriven' } : {}),
    // Its own id, or SQS would take it for a repeat of the message that failed within the last five minutes.
    ...(to.fifo
      ? { MessageDeduplicationId: `redrive-${message.MessageId}-${message.Attributes?.ApproximateReceiveCount}` }
      : {}),
  };
}
