import type { SqsMessage } from '@twelvefold/aws/internal';
import { CORRELATION_ATTRIBUTE } from '@twelvefold/lifecycle/internal';

/** A message of a dead-letter queue, as people are shown it. */
export interface DeadLetter {
  readonly messageId: string;
  readonly fingerprint: string;
  readonly reason: string;
  readonly sourceQueue: string | undefined;
  readonly correlationId: string | undefined;
  readonly sentAtMs: number;
  readonly receives: number;
  readonly group: string | undefined;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The fingerprint of what has no note: a consumer takes one of all that fails, so SQS moved it, or somebody else sent it. */
const MOVED_BY_SQS = 'moved-by-sqs';
const MOVED_REASON = 'no consumer failed it: interrupted at its last receive, or not our consumer';
/** What the consumer added when it sent the message here. */
export const NOTES = ['reason', 'errorFingerprint', 'sourceQueue'] as const;

export function readDeadLetter(message: SqsMessage): DeadLetter {
  const attributes: Record<string, string> = {};
  for (const [name, { StringValue }] of Object.entries(message.MessageAttributes ?? {})) {
    if (StringValue !== undefined) attributes[name] = StringValue;
  }
  const system = message.Attributes ?? {};
  const arn = system.DeadLetterQueueSourceArn;
  // All of them, or they are the sender's own of the same name.
  const noted = NOTES.every((name) => name in attributes);
  return {
    messageId: message.MessageId ?? '',
    fingerprint: (noted && attributes.errorFingerprint) || MOVED_BY_SQS,
    reason: (noted && attributes.reason) || MOVED_REASON,
    sourceQueue: (noted && attributes.sourceQueue) || arn?.split(':').at(-1),
    correlationId: attributes[CORRELATION_ATTRIBUTE],
    sentAtMs: Number(system.SentTimestamp ?? 0),
    receives: Number(system.ApproximateReceiveCount ?? 0),
    group: system.MessageGroupId,
    body: message.Body ?? '',
    attributes,
  };
}
