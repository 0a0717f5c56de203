import type { SqsMessage } from '@twelvefold/aws/internal';
import { CORRELATION_ATTRIBUTE } from '@twelvefold/lifecycle/internal';
import type { DeadLetter } from '../port.ts';

/** Fingerprint of letters without notes: SQS moved them, or another sender put them there. */
const MOVED_BY_SQS = 'moved-by-sqs';
const MOVED_REASON = 'no consumer failed it: interrupted at its last receive, or not our consumer';
/** Attributes that a consumer adds to a message that it sends to the dead-letter queue. */
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
