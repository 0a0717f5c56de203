import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter, missingParameter } from '../errors.ts';
import { queueOf } from '../queue-of.ts';
import { readQueuePolicy } from '../queue-policy.ts';

export const removePermission: Action = (input, context) => {
  const queue = queueOf(input, context);
  const label = readString(input, 'Label') ?? '';
  if (label === '') throw missingParameter('Label');
  const policy = readQueuePolicy(queue.attributes.Policy, queue.arn);
  const kept = policy.statements.filter(({ Sid }) => Sid !== label);
  if (kept.length === policy.statements.length) {
    throw invalidParameter(label, 'Label', "can't find label on existing policy.");
  }
  queue.setAttributes({ Policy: policy.with(kept) });
};
