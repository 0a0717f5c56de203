import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { missingParameter, queueDoesNotExist } from '../errors.ts';
import { queueArn, queueUrl } from '../queue-of.ts';
import { queueStore } from '../queue-store.ts';

export const getQueueUrl: Action = (input, context) => {
  const name = readString(input, 'QueueName');
  if (name === undefined || name === '') throw missingParameter('QueueName');
  context.touches(queueArn(context, name));
  const owner = readString(input, 'QueueOwnerAWSAccountId') ?? context.account;
  if (owner !== context.account || context.stores.get(queueStore).byName(name) === undefined) throw queueDoesNotExist();
  return { QueueUrl: queueUrl(context, name) };
};
