import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { missingParameter } from '../errors.ts';
import { queueOf } from '../queue-of.ts';

export const deleteMessage: Action = (input, context) => {
  const queue = queueOf(input, context);
  const handle = readString(input, 'ReceiptHandle');
  if (handle === undefined || handle === '') throw missingParameter('ReceiptHandle');
  queue.delete(handle);
};
