import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import type { BatchEntry, BatchFailure } from '../batch.ts';
import { batchAnswer, batchFailure, readEntries } from '../batch.ts';
import { invalidValue, sqsError } from '../errors.ts';
import type { MessageDraft } from '../message.ts';
import { readAttributes } from '../message-attributes.ts';
import { checkFifo, draftSize, readDraft } from '../message-draft.ts';
import type { Queue } from '../queue.ts';
import { queueOf } from '../queue-of.ts';
import { sentAnswer } from '../sent-answer.ts';

// "The maximum allowed individual message size and the maximum total payload size are both 1 MiB" (SendMessageBatch).
const MAX_BATCH_BYTES = 1_048_576;

function checkWhole(entries: readonly BatchEntry[], queue: Queue): void {
  for (const { input } of entries) {
    try {
      checkFifo(queue, input);
    } catch (error) {
      // A batch calls a missing group id an invalid value where a single send calls it missing (recorded on AWS).
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
      drafts.push({ id, draft: readDraft(entry, queue, context.account) });
    } catch (error) {
      failed.push(batchFailure(id, error));
    }
  }
  const sent = queue.send(drafts.map(({ draft }) => draft));
  const successful = drafts.map(({ id, draft }, index) => ({ Id: id, ...sentAnswer(draft, sent[index]) }));
  return batchAnswer(successful, failed);
};
