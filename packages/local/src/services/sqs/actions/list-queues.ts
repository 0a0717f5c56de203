import { readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { invalidParameter } from '../errors.ts';
import { queueUrl } from '../queue-of.ts';
import { queueStore } from '../queue-store.ts';

const MAX_RESULTS = 1000;

/** Without MaxResults up to 1,000 and no token, as the reference says. */
export const listQueues: Action = (input, context) => {
  const prefix = readString(input, 'QueueNamePrefix') ?? '';
  const max = readInteger(input, 'MaxResults');
  if (max !== undefined && (max < 1 || max > MAX_RESULTS)) {
    throw invalidParameter(max, 'MaxResults', `Must be between 1 and ${MAX_RESULTS}, if provided.`);
  }
  const queues = context.stores
    .get(queueStore)
    .list()
    .filter(({ name }) => name.startsWith(prefix));
  const token = readString(input, 'NextToken');
  const { items, next } = pageByKey(
    queues,
    ({ name }) => name,
    max ?? MAX_RESULTS,
    token,
    () => invalidParameter(token, 'NextToken', 'Invalid NextToken.'),
  );
  return {
    ...(items.length > 0 ? { QueueUrls: items.map(({ name }) => queueUrl(context, name)) } : {}),
    ...(max !== undefined && next !== undefined ? { NextToken: next } : {}),
  };
};
