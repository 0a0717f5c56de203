import { readInteger, readString, readStrings, readStructures } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { useKeyOf } from '../kms/service-encryption.ts';
import { invalidParameter, invalidValue, missingParameter, sqsError } from './errors.ts';
import {
  checkFifo,
  checkId,
  decodeReceiptHandle,
  draftSize,
  encodeReceiptHandle,
  md5,
  md5OfAttributes,
  readAttributes,
  readDraft,
  sentAnswer,
} from './message.ts';
import { plainAttributes } from './peek.ts';
import { keyOf, queueOf } from './queue-store.ts';
import type { MessageAttributes, MessageDraft, Queue, Received } from './queue-types.ts';

/** One entry of a batch, its Id checked. */
interface BatchEntry {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const MAX_ENTRIES = 10;

/**
 * The batch's entries.
 *
 * @throws ServiceError for what fails a batch whole: none, too many, ids malformed or repeated
 */
function readEntries(input: Readonly<Record<string, unknown>>, entryShape: string): BatchEntry[] {
  const given = readStructures(input, 'Entries') ?? [];
  if (given.length === 0) {
    throw sqsError('EmptyBatchRequest', `There should be at least one ${entryShape} in the request.`);
  }
  if (given.length > MAX_ENTRIES) {
    throw sqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MAX_ENTRIES}. You have sent ${given.length}.`,
    );
  }
  const seen = new Set<string>();
  return given.map((entry) => {
    const id = readString(entry, 'Id') ?? '';
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(id)) {
      throw sqsError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      );
    }
    if (seen.has(id)) throw sqsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    seen.add(id);
    return { id, input: entry };
  });
}

/** A `BatchResultErrorEntry`. */
interface BatchFailure {
  readonly Id: string;
  readonly SenderFault: boolean;
  readonly Code: string;
  readonly Message: string;
}

/** An entry's failure, for an error of AWS; anything else is thrown on. */
function batchFailure(id: string, error: unknown): BatchFailure {
  if (!(error instanceof ServiceError)) throw error;
  return { Id: id, SenderFault: error.status < 500, Code: error.queryCode ?? error.code, Message: error.message };
}

/** The answer of a batch: a list without members is left out. */
function batchAnswer<T>(successful: readonly T[], failed: readonly BatchFailure[]) {
  return {
    ...(successful.length > 0 ? { Successful: successful } : {}),
    ...(failed.length > 0 ? { Failed: failed } : {}),
  };
}

/** Runs `act` for each entry by itself. */
function eachEntry(entries: readonly BatchEntry[], act: (entry: BatchEntry) => void) {
  const successful: Array<{ Id: string }> = [];
  const failed: BatchFailure[] = [];
  for (const entry of entries) {
    try {
      act(entry);
      successful.push({ Id: entry.id });
    } catch (error) {
      failed.push(batchFailure(entry.id, error));
    }
  }
  return batchAnswer(successful, failed);
}

const MAX_SECONDS = 43_200;

/** Changes one message's visibility timeout, by what the input says. @throws ServiceError */
function changeVisibility(input: Readonly<Record<string, unknown>>, queue: Queue): void {
  const handle = readString(input, 'ReceiptHandle');
  if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle');
  const seconds = readInteger(input, 'VisibilityTimeout');
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  if (seconds < 0 || seconds > MAX_SECONDS) {
    throw invalidParameter(seconds, 'VisibilityTimeout', `Must be between 0 and ${MAX_SECONDS}.`);
  }
  queue.changeVisibility(handle, seconds);
}

// SQS guide, "Key management": who sends needs both, who receives the second.
const KEY_USE = { send: ['kms:GenerateDataKey', 'kms:Decrypt'], receive: ['kms:Decrypt'] } as const;

/** The caller's permissions for the key of an encrypted queue. */
function useKey(queue: Queue, use: keyof typeof KEY_USE, context: CallContext): void {
  useKeyOf(context, keyOf(queue), KEY_USE[use], { 'aws:sqs:arn': queue.arn });
}

export const sendMessage: Action = (input, context) => {
  const queue = queueOf(input, context);
  useKey(queue, 'send', context);
  checkFifo(queue, input);
  const draft = readDraft(input, queue, context);
  const [sent] = queue.send([draft]);
  return sentAnswer(draft, sent);
};

// "The maximum allowed individual message size and the maximum total payload size are both 1 MiB"
// (SendMessageBatch).
const MAX_BATCH_BYTES = 1_048_576;

function checkWhole(entries: readonly BatchEntry[], queue: Queue): void {
  for (const { input } of entries) {
    try {
      checkFifo(queue, input);
    } catch (error) {
      // A batch calls a missing group id an invalid value where a single send calls it missing
      // (recorded on AWS).
      throw error instanceof ServiceError ? invalidValue(error.message) : error;
    }
  }
}

function sizeOf({ input }: BatchEntry): number {
  const body = typeof input.MessageBody === 'string' ? input.MessageBody : '';
  try {
    return draftSize({ body, attributes: readAttributes(input, 'MessageAttributes') });
  } catch {
    return Buffer.byteLength(body); // an entry that fails by itself
  }
}

export const sendMessageBatch: Action = (input, context) => {
  const queue = queueOf(input, context, 'sqs:SendMessage');
  useKey(queue, 'send', context);
  const entries = readEntries(input, 'SendMessageBatchRequestEntry');
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (size > MAX_BATCH_BYTES) {
    throw sqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${size} bytes.`,
    );
  }
  checkWhole(entries, queue);
  const drafts: Array<{ id: string; draft: MessageDraft }> = [];
  const failed: BatchFailure[] = [];
  for (const { id, input: entry } of entries) {
    try {
      drafts.push({ id, draft: readDraft(entry, queue, context) });
    } catch (error) {
      failed.push(batchFailure(id, error));
    }
  }
  const sent = queue.send(drafts.map(({ draft }) => draft));
  const successful = drafts.map(({ id, draft }, index) => ({ Id: id, ...sentAnswer(draft, sent[index]) }));
  return batchAnswer(successful, failed);
};

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
    AWSTraceHeader: message.systemAttributes.AWSTraceHeader?.StringValue ?? message.traceHeader,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  const chosen = Object.entries(all).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && (names.includes('All') || names.includes(entry[0])),
  );
  return Object.fromEntries(chosen);
}

/**
 * `All`, `*` and `.*` mean every attribute (recorded on AWS), `foo.*` those whose names begin with
 * `foo`.
 */
function chosenAttributes(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  const matches = (name: string, wanted: string) =>
    wanted === 'All' ||
    wanted === '*' ||
    name === wanted ||
    (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2)));
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => names.some((wanted) => matches(name, wanted))),
  );
}

const whenAny = <T extends object>(value: T): T | undefined => (Object.keys(value).length > 0 ? value : undefined);

export const receiveMessage: Action = async (input, context) => {
  const queue = queueOf(input, context);
  useKey(queue, 'receive', context);
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
  for (const { message } of received) {
    context.messages?.received({
      queueArn: queue.arn,
      messageId: message.id,
      body: message.body,
      attributes: plainAttributes(message.attributes),
      receiveCount: message.receiveCount,
      receivedAtMs: message.lastReceivedAt,
    });
  }
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

/** @throws ServiceError for an entry without a handle, or with one of another queue */
function deleteOne(input: Readonly<Record<string, unknown>>, queue: Queue, { messages, clock }: CallContext): void {
  const handle = readString(input, 'ReceiptHandle');
  if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle');
  queue.delete(handle);
  const { messageId } = decodeReceiptHandle(handle, queue.arn);
  // An old handle deletes nothing.
  if (!queue.state.messages.has(messageId)) messages?.deleted(queue.arn, messageId, clock.now());
}

export const deleteMessage: Action = (input, context) => {
  deleteOne(input, queueOf(input, context), context);
};

export const deleteMessageBatch: Action = (input, context) => {
  const queue = queueOf(input, context, 'sqs:DeleteMessage');
  return eachEntry(readEntries(input, 'DeleteMessageBatchRequestEntry'), ({ input: entry }) =>
    deleteOne(entry, queue, context),
  );
};

export const changeMessageVisibility: Action = (input, context) => {
  changeVisibility(input, queueOf(input, context));
};

export const changeMessageVisibilityBatch: Action = (input, context) => {
  const queue = queueOf(input, context, 'sqs:ChangeMessageVisibility');
  const entries = readEntries(input, 'ChangeMessageVisibilityBatchRequestEntry');
  return eachEntry(entries, ({ input: entry }) => changeVisibility(entry, queue));
};

/**
 * Makes what a receive got visible again at once: SQS delivers at least once, and this is the
 * second time.
 */
export async function redeliver(output: unknown, input: Record<string, unknown>, context: CallContext): Promise<void> {
  const { Messages = [] } = output as { Messages?: ReadonlyArray<{ ReceiptHandle: string }> }; // what ReceiveMessage answers
  for (const { ReceiptHandle } of Messages) {
    await changeMessageVisibility({ QueueUrl: input.QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }, context);
  }
}
