import type { SqsMessage } from '@twelvefold/aws';
import { CORRELATION_ATTRIBUTE } from '@twelvefold/lifecycle';

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

/** The fingerprint of what SQS itself moved: it says nothing of why. */
const MOVED_BY_SQS = 'moved-by-sqs';
/** What the consumer added when it sent the message here. */
export const NOTES = ['reason', 'errorFingerprint', 'sourceQueue'] as const;

export function readDeadLetter(message: SqsMessage): DeadLetter {
  const attributes: Record<string, string> = {};
  for (const [name, { StringValue }] of Object.entries(message.MessageAttributes ?? {})) {
    if (StringValue !== undefined) attributes[name] = StringValue;
  }
  const system = message.Attributes ?? {};
  const arn = system.DeadLetterQueueSourceArn;
  return {
    messageId: message.MessageId ?? '',
    fingerprint: attributes.errorFingerprint ?? MOVED_BY_SQS,
    reason: attributes.reason ?? 'SQS moved it after its last receive',
    sourceQueue: attributes.sourceQueue ?? arn?.split(':').at(-1),
    correlationId: attributes[CORRELATION_ATTRIBUTE],
    sentAtMs: Number(system.SentTimestamp ?? 0),
    receives: Number(system.ApproximateReceiveCount ?? 0),
    group: system.MessageGroupId,
    body: message.Body ?? '',
    attributes,
  };
}
