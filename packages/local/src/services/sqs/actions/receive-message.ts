import { readInteger, readString, readStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import type { MessageAttributes } from '../message.ts';
import { md5, md5OfAttributes } from '../message-attributes.ts';
import { checkId } from '../message-id.ts';
import type { Queue, Received } from '../queue.ts';
import { queueOf } from '../queue-of.ts';
import { encodeReceiptHandle } from '../receipt-handle.ts';

type Input = Readonly<Record<string, unknown>>;

function readBounded(input: Input, name: string, min: number, max: number, reason: string): number | undefined {
  const value = readInteger(input, name);
  if (value !== undefined && (value < min || value > max)) throw invalidParameter(value, name, reason);
  return value;
}

function readAttemptId(input: Input, queue: Queue): string | undefined {
  const id = readString(input, 'ReceiveRequestAttemptId');
  if (id !== undefined && !queue.fifo) {
    throw invalidParameter(
      id,
      'ReceiveRequestAttemptId',
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  checkId('ReceiveRequestAttemptId', id);
  return id;
}

function systemAttributes({ message }: Received, names: readonly string[]): Record<string, string> {
  const all: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    SequenceNumber: message.sequenceNumber,
    MessageDeduplicationId: message.deduplicationId,
    MessageGroupId: message.groupId,
    AWSTraceHeader: message.systemAttributes.AWSTraceHeader?.StringValue,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  const chosen = Object.entries(all).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && (names.includes('All') || names.includes(entry[0])),
  );
  return Object.fromEntries(chosen);
}

/** `All` and `.*` mean every attribute, `foo.*` those whose names begin with `foo`. */
function chosenAttributes(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  const matches = (name: string, wanted: string) =>
    wanted === 'All' || name === wanted || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2)));
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => names.some((wanted) => matches(name, wanted))),
  );
}

const whenAny = <T extends object>(value: T): T | undefined => (Object.keys(value).length > 0 ? value : undefined);

export const receiveMessage: Action = async (input, context) => {
  const queue = queueOf(input, context);
  const max = readBounded(input, 'MaxNumberOfMessages', 1, 10, 'Must be between 1 and 10, if provided.') ?? 1;
  const waitSeconds =
    readBounded(input, 'WaitTimeSeconds', 0, 20, 'Must be >= 0 and <= 20, if provided.') ??
    Number(queue.attributes.ReceiveMessageWaitTimeSeconds);
  const visibilityTimeoutSeconds = readBounded(
    input,
    'VisibilityTimeout',
    0,
    43_200,
    'Must be between 0 and 43200, if provided.',
  );
  const systemNames = [
    ...(readStrings(input, 'AttributeNames') ?? []),
    ...(readStrings(input, 'MessageSystemAttributeNames') ?? []),
  ];
  const attributeNames = readStrings(input, 'MessageAttributeNames') ?? [];
  const attemptId = readAttemptId(input, queue);
  const received = await queue.receive({
    max,
    visibilityTimeoutSeconds,
    waitSeconds,
    attemptId,
    signal: context.signal,
  });
  if (received.length === 0) return {};
  return {
    Messages: received.map((one) => {
      const attributes = chosenAttributes(one.message.attributes, attributeNames);
      return {
        MessageId: one.message.id,
        ReceiptHandle: encodeReceiptHandle({ queueArn: queue.arn, messageId: one.message.id, receipt: one.receipt }),
        MD5OfBody: md5(one.message.body),
        Body: one.message.body,
        Attributes: whenAny(systemAttributes(one, systemNames)),
        MD5OfMessageAttributes: md5OfAttributes(attributes),
        MessageAttributes: whenAny(attributes),
      };
    }),
  };
};
