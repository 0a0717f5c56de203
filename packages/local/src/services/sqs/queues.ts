import { readInteger, readString, readStringMap, readStrings } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { pageByKey } from '../page.ts';
import { invalidParameter, invalidValue, missingParameter, queueDoesNotExist, sqsError } from './errors.ts';
import {
  checkAttributes,
  checkTogether,
  defaultAttributes,
  withEncryption,
  withPlainBooleans,
} from './queue-attributes.ts';
import { checkRedriveTarget, deadLetterSources, queueArn, queueOf, queueStore, queueUrl } from './queue-store.ts';
import type { Queue } from './queue-types.ts';
import { addTags } from './tags.ts';

function checkName(name: string, fifo: boolean): void {
  const plain = fifo && name.endsWith('.fifo') ? name.slice(0, -'.fifo'.length) : name;
  if (fifo && (plain === name || !/^[A-Za-z0-9_-]+$/.test(plain) || name.length > 80)) {
    throw invalidValue(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  }
  if (!/^[A-Za-z0-9_-]+$/.test(plain) || name.length > 80) {
    throw invalidValue('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length');
  }
}

/** Creating a queue that is there succeeds as long as no given attribute differs. */
export const createQueue: Action = (input, context) => {
  const name = readString(input, 'QueueName');
  if (name === undefined || name === '') throw missingParameter('QueueName');
  const given = withPlainBooleans(readStringMap(input, 'Attributes') ?? {});
  const fifo = given.FifoQueue === 'true';
  checkName(name, fifo);
  context.touches(queueArn(context, name));
  checkAttributes(given, fifo);
  const store = context.stores.get(queueStore);
  const existing = store.byName(name);
  if (existing !== undefined) {
    const differs = Object.entries(given).find(([key, value]) => (existing.attributes[key] ?? '') !== value);
    if (differs !== undefined) {
      throw sqsError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${differs[0]}`,
      );
    }
    return { QueueUrl: queueUrl(context, name) };
  }
  const tags = new Map<string, string>();
  addTags(tags, readStringMap(input, 'tags') ?? readStringMap(input, 'Tags') ?? {}, name);
  checkTogether({ ...defaultAttributes(fifo), ...given }, fifo);
  checkRedriveTarget(given, queueArn(context, name), store);
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  store.create(
    {
      name,
      arn: queueArn(context, name),
      attributes: { ...defaultAttributes(fifo), ...withEncryption(set) },
      tags,
    },
    context.clock,
  );
  return { QueueUrl: queueUrl(context, name) };
};

export const deleteQueue: Action = (input, context) => {
  context.stores.get(queueStore).remove(queueOf(input, context), context.clock);
};

const OPTIONAL = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds'];

/**
 * Without what does not apply: a key while SQS encrypts, a key's period without a key (recorded on
 * AWS).
 */
function shownSettings({ attributes }: Queue): Record<string, string> {
  const { KmsMasterKeyId, KmsDataKeyReusePeriodSeconds, ...others } = attributes;
  if (KmsMasterKeyId === undefined || attributes.SqsManagedSseEnabled === 'true') return others;
  return {
    ...others,
    KmsMasterKeyId,
    ...(KmsDataKeyReusePeriodSeconds === undefined ? {} : { KmsDataKeyReusePeriodSeconds }),
  };
}

function attributesOf(queue: Queue): Record<string, string> {
  const { visible, inFlight, delayed } = queue.counts();
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ...shownSettings(queue),
  };
}

export const getQueueAttributes: Action = (input, context) => {
  const queue = queueOf(input, context);
  const names = readStrings(input, 'AttributeNames') ?? [];
  const all = attributesOf(queue);
  // Those of a FIFO queue may be asked of any queue; they are just not there.
  const known = new Set(['All', ...OPTIONAL, ...Object.keys(defaultAttributes(true)), ...Object.keys(all)]);
  for (const name of names) {
    if (!known.has(name)) throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  const chosen = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return chosen.length > 0 ? { Attributes: Object.fromEntries(chosen) } : {};
};

export const getQueueUrl: Action = (input, context) => {
  const name = readString(input, 'QueueName');
  if (name === undefined || name === '') throw missingParameter('QueueName');
  context.touches(queueArn(context, name));
  const owner = readString(input, 'QueueOwnerAWSAccountId') ?? context.account;
  if (owner !== context.account || context.stores.get(queueStore).byName(name) === undefined) throw queueDoesNotExist();
  return { QueueUrl: queueUrl(context, name) };
};

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

const PURGE_EVERY_MS = 60_000;

export const purgeQueue: Action = (input, context) => {
  const queue = queueOf(input, context);
  const { state } = queue;
  const now = context.clock.now();
  if (state.purgedAt !== undefined && now - state.purgedAt < PURGE_EVERY_MS) {
    throw sqsError(
      'PurgeQueueInProgress',
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
    );
  }
  state.purgedAt = now;
  queue.purge();
};

export const setQueueAttributes: Action = (input, context) => {
  const queue = queueOf(input, context);
  const given = readStringMap(input, 'Attributes');
  if (given === undefined) throw missingParameter('Attributes');
  const attributes = withPlainBooleans(given);
  checkAttributes(attributes, queue.fifo);
  if (attributes.FifoQueue === 'false') {
    throw sqsError(
      'InvalidAttributeValue',
      'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    );
  }
  checkRedriveTarget(attributes, queue.arn, context.stores.get(queueStore));
  checkTogether({ ...queue.attributes, ...attributes }, queue.fifo);
  queue.setAttributes(withEncryption(attributes));
};
