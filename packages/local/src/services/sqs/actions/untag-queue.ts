import { readStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidValue } from '../errors.ts';
import { queueOf } from '../queue-of.ts';

export const untagQueue: Action = (input, context) => {
  const { tags } = queueOf(input, context);
  const keys = readStrings(input, 'TagKeys') ?? [];
  if (keys.length === 0) throw invalidValue('Tag keys must be between 1 and 128 characters in length.');
  for (const key of keys) tags.delete(key);
};
