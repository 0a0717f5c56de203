import type { Stores } from '../../core/stores.ts';
import { draftSize, MAX_ATTRIBUTES } from './message.ts';
import { queueStore } from './queue-store.ts';
import type { MessageDraft } from './queue-types.ts';

/**
 * Sends for another service, such as SNS. Returns whether the queue was there and took the
 * message; it
 * may be in another account or region.
 */
export function sendToQueue(
  queueArn: string,
  draft: MessageDraft,
  storesOf: (account: string, region: string) => Stores,
): boolean {
  const [, , , region = '', account = ''] = queueArn.split(':');
  const queue = storesOf(account, region).get(queueStore).byArn(queueArn);
  if (queue === undefined) return false;
  // SQS takes no more than ten attributes; raw delivery of more is a client-side error that SNS
  // does not retry.
  if (Object.keys(draft.attributes).length > MAX_ATTRIBUTES) return false;
  if (draftSize(draft) > Number(queue.attributes.MaximumMessageSize)) return false;
  if (queue.fifo && draft.groupId === undefined) return false;
  queue.send([queue.fifo ? draft : { ...draft, deduplicationId: undefined }]);
  return true;
}
