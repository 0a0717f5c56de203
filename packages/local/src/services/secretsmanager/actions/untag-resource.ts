import type { Action } from '../../../core/service.ts';
import { requiredStrings } from '../../json-input.ts';
import { checkNotDeleted, requestedSecret } from '../find-secret.ts';

export const untagResource: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  for (const key of requiredStrings(input, 'TagKeys')) secret.tags.delete(key);
  return {};
};
