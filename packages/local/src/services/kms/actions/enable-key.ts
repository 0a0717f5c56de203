import type { Action } from '../../../core/service.ts';
import { managedKey } from '../find-key.ts';
import { checkNotDeleted } from '../key-state.ts';

const setEnabled =
  (enabled: boolean): Action =>
  (input, context) => {
    const key = managedKey(input, context, 'change');
    checkNotDeleted(key);
    key.enabled = enabled;
    return {};
  };

export const enableKey = setEnabled(true);
export const disableKey = setEnabled(false);
