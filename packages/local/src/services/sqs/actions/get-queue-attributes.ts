import { readStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { sqsError } from '../errors.ts';
import type { Queue } from '../queue.ts';
import { defaultAttributes } from '../queue-attributes.ts';
import { queueOf } from '../queue-of.ts';

const OPTIONAL = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds'];

function attributesOf(queue: Queue): Record<string, string> {
  const { visible, inFlight, delayed } = queue.counts();
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ...queue.attributes,
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
