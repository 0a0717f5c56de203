import { readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
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
  const after = Buffer.from(readString(input, 'NextToken') ?? '', 'base64url').toString();
  const names = context.stores
    .get(queueStore)
    .list()
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix) && name > after);
  const page = names.slice(0, max ?? MAX_RESULTS);
  const last = page.at(-1);
  return {
    ...(page.length > 0 ? { QueueUrls: page.map((name) => queueUrl(context, name)) } : {}),
    ...(max !== undefined && last !== undefined && page.length < names.length
      ? { NextToken: Buffer.from(last).toString('base64url') }
      : {}),
  };
};
