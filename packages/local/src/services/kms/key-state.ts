import { ServiceError } from '../../core/service-error.ts';
import type { KmsKey } from './store.ts';

/** @throws ServiceError `KMSInvalidStateException` for a key that is to be deleted. */
export function checkNotDeleted(key: KmsKey): void {
  if (key.deletionMs !== undefined) {
    throw new ServiceError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  }
}

/** @throws ServiceError `KMSInvalidStateException` or `DisabledException` for a key that cannot be used now. */
export function checkUsable(key: KmsKey): void {
  checkNotDeleted(key);
  if (!key.enabled) throw new ServiceError('DisabledException', `${key.arn} is disabled.`);
}
