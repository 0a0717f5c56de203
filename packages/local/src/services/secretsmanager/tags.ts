import { requireStrings } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { addTags, requireTags } from '../json-tags.ts';
import { checkNotDeleted, requestedSecret } from './secret-store.ts';

export const tagResource: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  addTags(secret.tags, requireTags(input), 'LimitExceededException');
  return {};
};

export const untagResource: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  for (const key of requireStrings(input, 'TagKeys')) {
    if (secret.tags.delete(key)) secret.hadTags = true;
  }
  return {};
};
