import { requireStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { checkNotDeleted, requestedSecret } from '../find-secret.ts';

export const untagResource: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  for (const key of requireStrings(input, 'TagKeys')) secret.tags.delete(key);
  return {};
};
