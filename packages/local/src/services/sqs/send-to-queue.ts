import type { Stores } from '../../core/stores.ts';
import { customerKey } from '../kms/key-store.ts';
import { draftSize, MAX_ATTRIBUTES } from './message.ts';
import { keyOf, queueStore } from './queue-store.ts';
import type { MessageDraft } from './queue-types.ts';

/** The sender's part of {@link sendToQueue}. */
interface Sender {
  storesOf(account: string, region: string): Stores;
  /** Whether the sender has the permission. */
  may(action: string, resource: string): boolean;
}

/**
 * Sends for another service, such as SNS. Returns whether the queue was there, let the sender in
 * and took the message; it may be in another account or region.
 */
export function sendToQueue(queueArn: string, draft: MessageDraft, { storesOf, may }: Sender): boolean {
  const [, , , region = '', account = ''] = queueArn.split(':');
  const stores = storesOf(account, region);
  const queue = stores.get(queueStore).byArn(queueArn);
  if (queue === undefined || !may('sqs:SendMessage', queueArn)) return false;
  const key = customerKey(keyOf(queue), stores);
  // SQS guide, "Configure KMS permissions for AWS services": both are needed to send.
  if (key !== undefined && !(may('kms:GenerateDataKey', key.arn) && may('kms:Decrypt', key.arn))) return false;
  // SQS takes no more than ten attributes; raw delivery of more is a client-side error that SNS
  // does not retry.
  if (Object.keys(draft.attributes).length > MAX_ATTRIBUTES) return false;
  if (draftSize(draft) > Number(queue.attributes.MaximumMessageSize)) return false;
  if (queue.fifo && draft.groupId === undefined) return false;
  queue.send([queue.fifo ? draft : { ...draft, deduplicationId: undefined }]);
  return true;
}
