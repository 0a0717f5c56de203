import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import { readPolicy, writePolicy } from '../policy.ts';
import { topicOf } from '../topic-of.ts';

/** A label that is not there is no error. */
export const removePermission: Action = (input, context) => {
  const topic = topicOf(input, context);
  const label = readString(input, 'Label') ?? '';
  if (label === '') throw invalidParameter('Label');
  const { statements, rest } = readPolicy(topic);
  const kept = statements.filter(({ Sid }) => Sid !== label);
  if (kept.length < statements.length) writePolicy(topic, kept, rest);
};
