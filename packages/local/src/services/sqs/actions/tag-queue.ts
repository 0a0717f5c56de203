import { readStringMap } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { invalidValue, missingParameter } from '../errors.ts';
import { queueOf } from '../queue-of.ts';

const MAX_TAGS = 50;

export const tagQueue: Action = (input, context) => {
  const { name, tags } = queueOf(input, context);
  const given = Object.entries(readStringMap(input, 'Tags') ?? {});
  if (given.length === 0) throw missingParameter('Tags');
  if (new Set([...tags.keys(), ...given.map(([key]) => key)]).size > MAX_TAGS) {
    throw invalidValue(`Too many tags added for queue ${name}.`);
  }
  for (const [key, value] of given) tags.set(key, value);
};
