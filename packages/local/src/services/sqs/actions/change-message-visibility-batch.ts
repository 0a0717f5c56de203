import type { Action } from '../../../core/service.ts';
import { eachEntry, readEntries } from '../batch.ts';
import { queueOf } from '../queue-of.ts';
import { changeVisibility } from '../visibility-change.ts';

export const changeMessageVisibilityBatch: Action = (input, context) => {
  const queue = queueOf(input, context, 'sqs:ChangeMessageVisibility');
  const entries = readEntries(input, 'ChangeMessageVisibilityBatchRequestEntry');
  return eachEntry(entries, ({ input: entry }) => changeVisibility(entry, queue));
};
