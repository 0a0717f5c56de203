import { readStringMap } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { missingParameter } from '../errors.ts';
import { queueOf } from '../queue-of.ts';
import { addTags } from '../tags.ts';

export const tagQueue: Action = (input, context) => {
  const { name, tags } = queueOf(input, context);
  const given = readStringMap(input, 'Tags') ?? {};
  if (Object.keys(given).length === 0) throw missingParameter('Tags');
  addTags(tags, given, name);
};
