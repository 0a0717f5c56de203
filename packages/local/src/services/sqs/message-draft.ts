import { readInteger, readString } from '../../core/input.ts';
import { invalidParameter, invalidValue, missingParameter, sqsError } from './errors.ts';
import type { MessageDraft } from './message.ts';
import { attributesSize, readAttributes } from './message-attributes.ts';
import { checkId } from './message-id.ts';
import type { Queue } from './queue.ts';
import { checkTraceHeader } from './trace-header.ts';

type Input = Readonly<Record<string, unknown>>;

const MAX_DELAY_SECONDS = 900;
// XML 1.0's characters, because the first protocol of SQS was XML.
const INVALID_CHARACTERS = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Bytes that count against a queue's `MaximumMessageSize` and a batch's limit. */
export const draftSize = ({ body, attributes }: Pick<MessageDraft, 'body' | 'attributes'>) =>
  Buffer.byteLength(body) + attributesSize(attributes);

function checkDelay(queue: Queue, delaySeconds: number | undefined): void {
  if (delaySeconds === undefined) return;
  if (delaySeconds < 0 || delaySeconds > MAX_DELAY_SECONDS) {
    throw invalidParameter(delaySeconds, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`);
  }
  if (queue.fifo && delaySeconds > 0) {
    throw invalidParameter(
      delaySeconds,
      'DelaySeconds',
      'The request include parameter that is not valid for this queue type.',
    );
  }
}

/** What a FIFO queue demands of every message; in a batch it fails the whole request, as AWS does. */
export function checkFifo(queue: Queue, input: Input): void {
  if (!queue.fifo) return;
  if (readString(input, 'MessageGroupId') === undefined) throw missingParameter('MessageGroupId');
  if (
    readString(input, 'MessageDeduplicationId') === undefined &&
    queue.attributes.ContentBasedDeduplication !== 'true'
  ) {
    throw invalidValue(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
}

/** A valid message for `queue`. @throws ServiceError for what AWS refuses */
export function readDraft(input: Input, queue: Queue, senderId: string): MessageDraft {
  const body = readString(input, 'MessageBody');
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  if (INVALID_CHARACTERS.test(body)) {
    throw sqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  const delaySeconds = readInteger(input, 'DelaySeconds');
  const groupId = readString(input, 'MessageGroupId');
  const deduplicationId = readString(input, 'MessageDeduplicationId');
  checkDelay(queue, delaySeconds);
  checkId('MessageGroupId', groupId);
  checkId('MessageDeduplicationId', deduplicationId);
  if (deduplicationId !== undefined && !queue.fifo) {
    throw invalidParameter(
      deduplicationId,
      'MessageDeduplicationId',
      'The request includes a parameter that is not valid for this queue type.',
    );
  }
  const attributes = readAttributes(input, 'MessageAttributes');
  const systemAttributes = readAttributes(input, 'MessageSystemAttributes');
  for (const name of Object.keys(systemAttributes)) {
    if (name !== 'AWSTraceHeader') {
      throw invalidValue(`Message system attribute name '${name}' is invalid: only AWSTraceHeader can be sent`);
    }
  }
  checkTraceHeader(systemAttributes.AWSTraceHeader);
  const limit = Number(queue.attributes.MaximumMessageSize);
  if (draftSize({ body, attributes }) > limit) {
    throw invalidValue(`One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`);
  }
  return {
    body,
    attributes,
    systemAttributes,
    // A FIFO queue's delay is the queue's alone.
    delaySeconds: queue.fifo ? undefined : delaySeconds,
    groupId,
    deduplicationId,
    senderId,
  };
}
