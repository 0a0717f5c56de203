import type { Action } from '../../../core/service.ts';
import { addTags, requireTags } from '../../json-tags.ts';
import { checkNotDeleted, requestedSecret } from '../find-secret.ts';

export const tagResource: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  addTags(secret.tags, requireTags(input), 'LimitExceededException');
  return {};
};
