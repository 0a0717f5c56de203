import { readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { deadLetterSources } from '../dead-letter-sources.ts';
import { invalidParameter } from '../errors.ts';
import { queueOf, queueUrl } from '../queue-of.ts';
import { queueStore } from '../queue-store.ts';

const MAX_RESULTS = 1000;

/** Without MaxResults up to 1,000 and no token, as the reference says. */
export const listDeadLetterSourceQueues: Action = (input, context) => {
  const { arn } = queueOf(input, context);
  const max = readInteger(input, 'MaxResults');
  if (max !== undefined && (max < 1 || max > MAX_RESULTS)) {
    throw invalidParameter(max, 'MaxResults', `Must be between 1 and ${MAX_RESULTS}, if provided.`);
  }
  const token = readString(input, 'NextToken');
  const { items, next } = pageByKey(
    deadLetterSources(arn, context.stores.get(queueStore)),
    ({ name }) => name,
    max ?? MAX_RESULTS,
    token,
    () => invalidParameter(token, 'NextToken', 'Invalid NextToken.'),
  );
  return {
    queueUrls: items.map(({ name }) => queueUrl(context, name)),
    ...(max !== undefined && next !== undefined ? { NextToken: next } : {}),
  };
};
