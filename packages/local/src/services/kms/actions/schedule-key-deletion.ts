import { readInteger } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { managedKey } from '../find-key.ts';
import { checkNotDeleted } from '../key-state.ts';
import { DAY_MS } from '../store.ts';
import { seconds } from '../write-key.ts';

/** From the API reference of ScheduleKeyDeletion. */
const WINDOW = { min: 7, max: 30 };

export const scheduleKeyDeletion: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  const days = readInteger(input, 'PendingWindowInDays', WINDOW) ?? WINDOW.max;
  checkNotDeleted(key);
  key.deletionMs = context.clock.now() + days * DAY_MS;
  return {
    KeyId: key.arn,
    DeletionDate: seconds(key.deletionMs),
    KeyState: 'PendingDeletion',
    PendingWindowInDays: days,
  };
};

/** The key comes back disabled. */
export const cancelKeyDeletion: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  if (key.deletionMs === undefined) {
    throw new ServiceError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
  }
  key.deletionMs = undefined;
  key.enabled = false;
  return { KeyId: key.arn };
};
