import { requireString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { keyOfBlob } from './ciphertext.ts';
import { findKey } from './find-key.ts';
import { checkUsable } from './key-state.ts';
import type { KmsKey } from './store.ts';

/** The key that opens a blob, which must be the one that the caller names if it names one. @throws ServiceError `IncorrectKeyException` */
export function sourceKey(blob: Buffer, id: unknown, context: CallContext, action?: string): KmsKey {
  const named =
    id === undefined || id === null
      ? undefined
      : findKey(requireString({ KeyId: id }, 'KeyId', { max: 2048, min: 1 }), context);
  if (named !== undefined) context.touches(named.arn, action);
  const key = keyOfBlob(blob, context);
  if (named !== undefined && named !== key) {
    throw new ServiceError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  }
  if (named === undefined) context.touches(key.arn, action);
  checkUsable(key);
  return key;
}
