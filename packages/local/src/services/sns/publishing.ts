import { createHash, randomUUID } from 'node:crypto';
import { readString, readStructures } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { useKeyOf } from '../kms/service-encryption.ts';
import { findOriginal } from '../sqs/deduplication.ts';
import { draftSize, readAttributes } from '../sqs/message.ts';
import type { MessageAttribute } from '../sqs/queue-types.ts';
import { deliver } from './delivery.ts';
import { invalidParameter, notImplemented, snsError } from './errors.ts';
import type { Notification } from './notification.ts';
import type { Topic } from './topic.ts';
import { topicOf } from './topic.ts';
import { maximumMessageSize } from './topics.ts';

type Input = Readonly<Record<string, unknown>>;

/** A message that may be published to its topic. */
interface Publication extends Omit<Notification, 'messageId' | 'publishedAt' | 'sequenceNumber' | 'topicArn'> {
  /** Bytes that count against the topic's and a batch's limit. */
  readonly size: number;
}

/**
 * The text for each protocol: with the structure `json`, the entry of the message for it.
 */
function readMessages(message: string, structure: string | undefined): Record<string, string> {
  if (structure === undefined) return { default: message };
  if (structure !== 'json') throw invalidParameter('MessageStructure');
  let parts: unknown;
  try {
    parts = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const entries = typeof parts === 'object' && parts !== null && !Array.isArray(parts) ? Object.entries(parts) : [];
  const texts = Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  if (!Object.hasOwn(texts, 'default')) {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return texts;
}

/** "Up to 128 alphanumeric characters and punctuation" (Publish). */
function checkId(name: string, value: string | undefined): void {
  if (value !== undefined && !/^[\x21-\x7e]{1,128}$/.test(value)) {
    throw invalidParameter(
      `${name} Reason: ${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
}

function readDeduplication(input: Input, topic: Topic, message: string): string | undefined {
  const given = readString(input, 'MessageDeduplicationId');
  if (!topic.fifo) {
    if (given !== undefined) {
      throw invalidParameter(
        'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
      );
    }
    return undefined;
  }
  if (given !== undefined) return given;
  if (topic.attributes.get('ContentBasedDeduplication') === 'true')
    return createHash('sha256').update(message).digest('hex');
  throw invalidParameter(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}

/** The fault of an attribute's name, undefined if it has none. The texts were recorded on AWS. */
function nameFault(name: string): string | undefined {
  if (Buffer.byteLength(name) > 256) return 'Length of message attribute name must be less than 256 bytes.';
  if (name.startsWith('.')) return "Invalid message attribute name starting with character '.' was found.";
  if (name.endsWith('.')) return "Invalid message attribute name ending with character '.' was found.";
  const [character] = /[^A-Za-z0-9_.-]/u.exec(name) ?? [];
  if (character !== undefined) {
    const code = character.codePointAt(0)?.toString(16).toUpperCase();
    return `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`;
  }
  return name.includes('..') ? "Message attribute name can not have successive '.' character." : undefined;
}

/** The fault of an attribute of SNS, undefined if it has none. The texts were recorded on AWS. */
function attributeFault(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): string | undefined {
  const fault = nameFault(name);
  if (fault !== undefined) return fault;
  if (DataType === '') return `The message attribute '${name}' must contain non-empty message attribute type.`;
  const [, logical] = /^(String|Number|Binary)(?:\..+)?$/.exec(DataType) ?? [];
  if (logical === undefined) {
    return `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`;
  }
  const field = logical === 'Binary' ? 'Binary' : 'String';
  const [value, other] = field === 'Binary' ? [BinaryValue, StringValue] : [StringValue, BinaryValue];
  if (value === undefined && other !== undefined) {
    return `The message attribute '${name}' with type '${DataType}' must use field '${field}'.`;
  }
  if (value === undefined || value === '') {
    return `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`;
  }
  if (logical === 'Number' && !(value.trim() === value && Number.isFinite(Number(value)))) {
    return `Could not cast message attribute '${name}' value to number.`;
  }
  return undefined;
}

/**
 * Reads and checks what Publish and an entry of PublishBatch carry; sizes are the caller's to
 * check.
 *
 * @throws ServiceError
 */
function readPublication(input: Input, topic: Topic): Publication {
  const message = readString(input, 'Message') ?? '';
  if (message === '') throw invalidParameter('Empty message');
  const subject = readString(input, 'Subject');
  // "Must be ASCII text ... less than 100 characters long", without line breaks (Publish).
  if (subject !== undefined && !/^[\x20-\x7e]{1,100}$/.test(subject)) throw invalidParameter('Subject');
  const groupId = readString(input, 'MessageGroupId');
  if (topic.fifo && groupId === undefined) {
    throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  }
  checkId('MessageGroupId', groupId);
  checkId('MessageDeduplicationId', readString(input, 'MessageDeduplicationId'));
  const deduplicationId = readDeduplication(input, topic, message);
  const attributes = readAttributes(input, 'MessageAttributes', {
    refuse: (reason) => snsError('InvalidParameterValueException', reason),
    max: Number.POSITIVE_INFINITY,
    fault: attributeFault,
  });
  return {
    messages: readMessages(message, readString(input, 'MessageStructure')),
    subject,
    attributes,
    groupId,
    deduplicationId,
    size: draftSize({ body: message, attributes }),
  };
}

/**
 * Publishes and delivers. A FIFO topic accepts a deduplication id once in five minutes and answers
 * with the first.
 */
async function publishDraft(topic: Topic, publication: Publication, context: CallContext) {
  const now = context.clock.now();
  const key = topic.attributes.get('FifoThroughputScope') === 'MessageGroup' ? `${publication.groupId} ` : '';
  const deduplicationKey = `${key}${publication.deduplicationId}`;
  const original = topic.fifo ? findOriginal(topic.deduplication, deduplicationKey, now) : undefined;
  if (original !== undefined) return { MessageId: original.messageId, SequenceNumber: original.sequenceNumber };
  const messageId = randomUUID();
  let sequenceNumber: string | undefined;
  if (topic.fifo) {
    topic.sequence += 1;
    sequenceNumber = String(10_000_000_000_000_000_000n + BigInt(topic.sequence) * 1000n);
    topic.deduplication.set(deduplicationKey, { messageId, sequenceNumber, at: now });
  }
  const { size: _size, ...rest } = publication;
  await deliver(topic, { ...rest, messageId, topicArn: topic.arn, publishedAt: now, sequenceNumber }, context);
  return { MessageId: messageId, SequenceNumber: sequenceNumber };
}

/** SNS guide, "Key management": who publishes to an encrypted topic needs both. */
function useKey({ arn, attributes }: Topic, context: CallContext): void {
  const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];
  useKeyOf(context, attributes.get('KmsMasterKeyId'), actions, { 'aws:sns:topicArn': arn });
}

export const publish: Action = async (input, context) => {
  if (readString(input, 'PhoneNumber') !== undefined) throw notImplemented('Publish to a phone number');
  if (readString(input, 'TopicArn') === undefined && readString(input, 'TargetArn') === undefined) {
    throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
  }
  const target = readString(input, 'TopicArn') === undefined && readString(input, 'TargetArn') !== undefined;
  const topic = topicOf(input, context, undefined, target ? 'TargetArn' : 'TopicArn');
  useKey(topic, context);
  const publication = readPublication(input, topic);
  if (publication.size > maximumMessageSize(topic)) throw invalidParameter('Message too long');
  return publishDraft(topic, publication, context);
};

const MAX_ENTRIES = 10;

/**
 * A fault in one entry fails the whole batch (recorded on AWS); deliveries fail later and
 * elsewhere.
 */
export const publishBatch: Action = async (input, context) => {
  const topic = topicOf(input, context, 'sns:Publish');
  useKey(topic, context);
  const entries = readStructures(input, 'PublishBatchRequestEntries') ?? [];
  if (entries.length === 0) {
    throw snsError('EmptyBatchRequestException', 'The batch request does not contain any entries.');
  }
  if (entries.length > MAX_ENTRIES) {
    throw snsError(
      'TooManyEntriesInBatchRequestException',
      'The batch request contains more entries than permissible.',
    );
  }
  const ids = entries.map((entry) => readString(entry, 'Id') ?? '');
  if (!ids.every((id) => /^[A-Za-z0-9_-]{1,80}$/.test(id))) {
    throw snsError(
      'InvalidBatchEntryIdException',
      'The Id of a batch entry in a batch request does not abide by the specification.',
    );
  }
  if (new Set(ids).size < ids.length) {
    throw snsError('BatchEntryIdsNotDistinctException', 'Two or more batch entries in the request have the same Id.');
  }
  const publications = entries.map((entry) => readPublication(entry, topic));
  if (publications.reduce((sum, { size }) => sum + size, 0) > maximumMessageSize(topic)) {
    throw snsError(
      'BatchRequestTooLongException',
      'The length of all the batch messages put together is more than the limit.',
    );
  }
  const successful = [];
  for (const [index, publication] of publications.entries()) {
    successful.push({ Id: ids[index], ...(await publishDraft(topic, publication, context)) });
  }
  return { Successful: successful, Failed: [] };
};
