import { constraint, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { managedKey } from '../find-key.ts';
import { checkNotDeleted } from '../key-state.ts';

export const updateKeyDescription: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  const description = readString(input, 'Description', { max: 8192 });
  if (description === undefined) throw constraint('Description', 'not be null');
  checkNotDeleted(key);
  key.description = description;
  return {};
};
