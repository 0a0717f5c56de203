import { readString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { missingParameter, queueDoesNotExist, sqsError } from './errors.ts';
import type { Queue } from './queue.ts';
import { queueStore } from './queue-store.ts';

export const queueArn = ({ region, account }: CallContext, name: string) => `arn:aws:sqs:${region}:${account}:${name}`;

/** The URL is at the host that the caller reached us at, or clients that send to it would not come back here. */
export const queueUrl = ({ origin, account }: CallContext, name: string) => `${origin}/${account}/${name}`;

/**
 * The queue of the input's QueueUrl, noted in the call log as touched by `iamAction`: batches need the permission of the single
 * action. Only the path of the URL counts: the same endpoint has several hosts.
 *
 * @throws ServiceError `QueueDoesNotExist`, `InvalidAddress`, `MissingParameter`
 */
export function queueOf(input: Readonly<Record<string, unknown>>, context: CallContext, iamAction?: string): Queue {
  const url = readString(input, 'QueueUrl');
  if (url === undefined || url === '') throw missingParameter('QueueUrl');
  const [, account, name] = /\/(\d{12})\/([^/?#]+)\/?$/.exec(url) ?? [];
  if (account === undefined || name === undefined) {
    throw sqsError('InvalidAddress', `The address ${url} is not valid for this endpoint.`);
  }
  context.touches(`arn:aws:sqs:${context.region}:${account}:${name}`, iamAction);
  const queue = account === context.account ? context.stores.get(queueStore).byName(name) : undefined;
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
}
