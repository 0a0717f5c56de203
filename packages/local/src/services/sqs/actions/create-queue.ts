import { readString, readStringMap } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidValue, missingParameter, sqsError } from '../errors.ts';
import { checkAttributes, checkTogether, defaultAttributes, withEncryption } from '../queue-attributes.ts';
import { queueArn, queueUrl } from '../queue-of.ts';
import { queueStore } from '../queue-store.ts';
import { checkRedriveTarget } from '../redrive-target.ts';
import { addTags } from '../tags.ts';

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
  const given = readStringMap(input, 'Attributes') ?? {};
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
