import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { eachEntry, readEntries } from '../batch.ts';
import { missingParameter } from '../errors.ts';
import { queueOf } from '../queue-of.ts';

export const deleteMessageBatch: Action = (input, context) => {
  const queue = queueOf(input, context, 'sqs:DeleteMessage');
  return eachEntry(readEntries(input, 'DeleteMessageBatchRequestEntry'), ({ input: entry }) => {
    const handle = readString(entry, 'ReceiptHandle');
    if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle');
    queue.delete(handle);
  });
};
