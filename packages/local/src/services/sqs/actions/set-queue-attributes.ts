import { readStringMap } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { missingParameter, sqsError } from '../errors.ts';
import { checkAttributes, checkTogether, withEncryption } from '../queue-attributes.ts';
import { queueOf } from '../queue-of.ts';
import { queueStore } from '../queue-store.ts';
import { checkRedriveTarget } from '../redrive-target.ts';

export const setQueueAttributes: Action = (input, context) => {
  const queue = queueOf(input, context);
  const attributes = readStringMap(input, 'Attributes');
  if (attributes === undefined) throw missingParameter('Attributes');
  checkAttributes(attributes, queue.fifo);
  const fifoQueue = attributes.FifoQueue;
  if (fifoQueue !== undefined && fifoQueue !== queue.attributes.FifoQueue) {
    throw sqsError('InvalidAttributeName', 'Unknown Attribute FifoQueue.');
  }
  checkRedriveTarget(attributes, queue.arn, context.stores.get(queueStore));
  checkTogether({ ...queue.attributes, ...attributes }, queue.fifo);
  queue.setAttributes(withEncryption(attributes));
};
