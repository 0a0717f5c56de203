import { createHash, randomBytes } from 'node:crypto';
import { readInteger, readString, readStrings, readStructure } from '../../core/input.ts';
import { invalidParameter, invalidValue, missingParameter, sqsError } from './errors.ts';
import type { Message, MessageAttribute, MessageAttributes, MessageDraft, Queue, Sent } from './queue-types.ts';

const ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/**
 * Checks a group id, a deduplication id or a receive's attempt id, when it is given.
 *
 * @throws ServiceError `InvalidParameterValue`
 */
export function checkId(name: string, value: string | undefined): void {
  if (value !== undefined && !ID.test(value)) {
    throw invalidParameter(
      value,
      name,
      `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
  }
}

/** The state of a message that was never received. */
export const UNRECEIVED = {
  inFlight: false,
  receiveCount: 0,
  receivesHere: 0,
  firstReceivedAt: undefined,
  lastReceivedAt: 0,
  receipt: '',
  sourceArn: undefined,
} as const satisfies Partial<Message>;

/** The parts of a receipt handle: which receive of which message of which queue. */
interface Receipt {
  readonly queueArn: string;
  readonly messageId: string;
  readonly receipt: string;
}

export const newReceipt = () => randomBytes(12).toString('hex');

export const encodeReceiptHandle = ({ queueArn, messageId, receipt }: Receipt) =>
  Buffer.from(`${receipt} ${messageId} ${queueArn}`).toString('base64');

/** @throws ServiceError `ReceiptHandleIsInvalid` for anything that is not a handle of `queueArn` */
export function decodeReceiptHandle(handle: string, queueArn: string): Receipt {
  const [, receipt, messageId, arn] =
    /^([0-9a-f]{24}) ([0-9a-f-]{36}) (\S+)$/.exec(Buffer.from(handle, 'base64').toString()) ?? [];
  if (receipt === undefined || messageId === undefined || arn !== queueArn) {
    throw sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  }
  return { queueArn, messageId, receipt };
}

// XML 1.0's characters, because the first protocol of SQS was XML.
const INVALID_CHARACTERS = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const INVALID_TEXT =
  'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';

// The limits of this file are from "Amazon SQS message metadata" in the developer guide.
export const MAX_ATTRIBUTES = 10;
// Letters and digits of any script: AWS accepts them, though the guide lists only A-Z, a-z and 0-9
// (recorded on AWS).
const NAME = /^(?!(?:aws|amazon)\.)(?!\.)(?!.*\.\.)[\p{L}\p{N}_.-]{1,256}(?<!\.)$/iu;

const bytesOf = ({ StringValue, BinaryValue }: MessageAttribute) =>
  BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64');

/** The fault of an attribute of SQS, undefined if it has none. */
function faultOf(name: string, attribute: MessageAttribute): string | undefined {
  const { DataType: type, StringValue, BinaryValue } = attribute;
  if (!NAME.test(name))
    return `The message attribute name '${name}' is invalid: names are up to 256 of A-Z, a-z, 0-9, _, - and ., must not start with AWS. or Amazon., and a period must not stand at an end or beside another`;
  if (type === '') return `The message attribute '${name}' must contain non-empty message attribute type.`;
  const [, logical] = /^(String|Number|Binary)(?:\..+)?$/.exec(type) ?? [];
  if (logical === undefined || type.length > 256) {
    return `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`;
  }
  const value = logical === 'Binary' ? BinaryValue : StringValue;
  if (value === undefined || value === '') {
    return `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${logical}'.`;
  }
  if (logical === 'String' && INVALID_CHARACTERS.test(value)) return INVALID_TEXT;
  if (logical === 'Number' && !(value.trim() === value && Number.isFinite(Number(value)))) {
    return `Can't cast the value of message attribute '${name}' to a number.`;
  }
  return undefined;
}

/** One object for all messages without attributes: queues hold a million of them. */
const NO_ATTRIBUTES: MessageAttributes = Object.freeze({});

/**
 * The input's attributes. SNS has its own error, faults and no limit.
 *
 * @throws what `refuse` makes of the reason
 */
export function readAttributes(
  input: Readonly<Record<string, unknown>>,
  member: string,
  {
    refuse = invalidValue,
    max = MAX_ATTRIBUTES,
    fault: findFault = faultOf,
  }: { refuse?: (reason: string) => Error; max?: number; fault?: typeof faultOf } = {},
): MessageAttributes {
  const given = readStructure(input, member) ?? {};
  const names = Object.keys(given);
  if (names.length === 0) return NO_ATTRIBUTES;
  if (names.length > max)
    throw refuse(`Number of message attributes [${names.length}] exceeds the allowed maximum [${max}].`);
  return Object.fromEntries(
    names.map((name) => {
      const value = readStructure(given, name) ?? {};
      const text = readString(value, 'StringValue');
      const binary = readString(value, 'BinaryValue');
      // "Not implemented. Reserved for future use" (service model); AWS refuses them by this text.
      if (['StringListValues', 'BinaryListValues'].some((list) => (readStrings(value, list)?.length ?? 0) > 0)) {
        throw sqsError(
          'UnsupportedOperation',
          'Message attribute list values in SendMessage operation are not supported.',
        );
      }
      const attribute: MessageAttribute = {
        DataType: readString(value, 'DataType') ?? '',
        ...(text === undefined ? {} : { StringValue: text }),
        ...(binary === undefined ? {} : { BinaryValue: binary }),
      };
      const fault = findFault(name, attribute);
      if (fault !== undefined) throw refuse(fault);
      return [name, attribute];
    }),
  );
}

/** Bytes that attributes add to a message: names, types and values. */
function attributesSize(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (size, [name, attribute]) =>
      size + Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + bytesOf(attribute).length,
    0,
  );
}

export const md5 = (data: string | Buffer) => createHash('md5').update(data).digest('hex');

const withLength = (bytes: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/**
 * The checksum that clients compare, as the developer guide defines it; undefined without
 * attributes.
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const sorted = Object.entries(attributes).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (sorted.length === 0) return undefined;
  const parts = sorted.flatMap(([name, attribute]) => [
    withLength(Buffer.from(name)),
    withLength(Buffer.from(attribute.DataType)),
    Buffer.from([attribute.DataType.startsWith('Binary') ? 2 : 1]),
    withLength(bytesOf(attribute)),
  ]);
  return md5(Buffer.concat(parts));
}

// The forms of an X-Ray tracing header; other fields (Lineage, Self, the application's own) are
// free.
const FIELDS: Record<string, RegExp> = {
  Root: /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i,
  Parent: /^[0-9a-f]{16}$/i,
  Sampled: /^[01?]$/,
};

/**
 * "Its type must be String and its value must be a correctly formatted X-Ray trace header"
 * (SendMessage).
 *
 * @throws ServiceError
 */
function checkTraceHeader(attribute: MessageAttribute | undefined): void {
  if (attribute === undefined) return;
  const refuse = (reason: string) => invalidValue(`Message system attribute AWSTraceHeader is invalid: ${reason}`);
  if (attribute.DataType !== 'String') throw refuse('its type must be String');
  const fields = (attribute.StringValue ?? '').split(';').filter((field) => field.trim() !== '');
  const pairs = fields.map((field) => /^\s*([^=\s]+)=(.*?)\s*$/.exec(field)?.slice(1) ?? []);
  const wellFormed = pairs.every(([key = '', value = '']) => key !== '' && (FIELDS[key]?.test(value) ?? true));
  if (!wellFormed || !pairs.some(([key]) => key === 'Root')) {
    throw refuse('it must be an X-Ray tracing header, such as Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1');
  }
}

type Input = Readonly<Record<string, unknown>>;

const MAX_DELAY_SECONDS = 900;

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

/**
 * The demands of a FIFO queue on every message; in a batch it fails the whole request, as AWS does.
 */
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

/**
 * A valid message for `queue`; `traceHeader` is the request's, which its own attribute overrides.
 *
 * @throws ServiceError for what AWS refuses
 */
export function readDraft(
  input: Input,
  queue: Queue,
  { account, traceHeader }: { readonly account: string; readonly traceHeader?: string | undefined },
): MessageDraft {
  const body = readString(input, 'MessageBody');
  if (body === undefined || body === '') throw missingParameter('MessageBody');
  if (INVALID_CHARACTERS.test(body)) {
    throw sqsError('InvalidMessageContents', INVALID_TEXT);
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
    // Only a FIFO queue itself sets a delay.
    delaySeconds: queue.fifo ? undefined : delaySeconds,
    groupId,
    deduplicationId,
    senderId: account,
    traceHeader,
  };
}

/** The answer of SendMessage and of each entry of SendMessageBatch. */
export function sentAnswer(draft: MessageDraft, sent: Sent | undefined) {
  return {
    MessageId: sent?.messageId,
    MD5OfMessageBody: md5(draft.body),
    MD5OfMessageAttributes: md5OfAttributes(draft.attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(draft.systemAttributes),
    SequenceNumber: sent?.sequenceNumber,
  };
}
