import { readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidParameter, snsError } from '../errors.ts';
import { readPolicy, writePolicy } from '../policy.ts';
import { topicOf } from '../topic-of.ts';

export const removePermission: Action = (input, context) => {
  const topic = topicOf(input, context);
  const label = readString(input, 'Label') ?? '';
  if (label === '') throw invalidParameter('Label');
  const { statements, rest } = readPolicy(topic);
  const kept = statements.filter(({ Sid }) => Sid !== label);
  if (kept.length === statements.length) throw snsError('NotFoundException', 'Statement does not exist');
  writePolicy(topic, kept, rest);
};
