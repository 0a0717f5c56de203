import type { CallContext } from '../../core/service.ts';
import type { EncryptionContext } from './ciphertext.ts';
import { keyOfBlob, open, seal } from './ciphertext.ts';
import type { KmsKey } from './key-store.ts';
import { checkUsable, findKey } from './key-store.ts';

/**
 * A caller needs permissions for a customer managed key; those that AWS manages allow every caller
 * of their service.
 */
function touch(key: KmsKey, action: string, context: CallContext): void {
  if (key.manager === 'CUSTOMER') context.touches(key.arn, action);
}

/**
 * How another service encrypts for its caller, under any way of naming a key.
 *
 * @throws ServiceError of KMS for a key that cannot be used
 */
export function encryptFor(
  context: CallContext,
  keyId: string,
  plaintext: Buffer,
  encryptionContext: EncryptionContext,
  action = 'kms:GenerateDataKey',
): Buffer {
  const key = findKey(keyId, context);
  touch(key, action, context);
  checkUsable(key);
  return seal(key, plaintext, encryptionContext);
}

/**
 * Opens what {@link encryptFor} has made.
 *
 * @throws ServiceError of KMS for a key that cannot be used or is gone
 */
export function decryptFor(context: CallContext, blob: Buffer, encryptionContext: EncryptionContext): Buffer {
  const key = keyOfBlob(blob, context);
  touch(key, 'kms:Decrypt', context);
  checkUsable(key);
  return open(key, blob, encryptionContext);
}
