import type { CallContext } from '../../core/service.ts';
import type { EncryptionContext } from './ciphertext.ts';
import { keyOfBlob, open, seal } from './ciphertext.ts';
import type { KmsKey } from './key-store.ts';
import { checkUsable, customerKey, findKey } from './key-store.ts';

/**
 * A caller needs permissions for a customer managed key; those that AWS manages allow every caller
 * of their service.
 */
function touch(key: KmsKey, action: string, context: CallContext, encryptionContext: EncryptionContext): void {
  if (key.manager !== 'CUSTOMER') return;
  const pairs = Object.entries(encryptionContext);
  context.touches(key.arn, action, {
    'kms:ViaService': `${context.service}.${context.region}.amazonaws.com`,
    'kms:CallerAccount': context.principal.account,
    ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
    'kms:EncryptionContextKeys': pairs.map(([name]) => name),
    'aws:ViaAWSService': 'true',
    'aws:CalledVia': [`${context.service}.amazonaws.com`],
  });
}

/**
 * Checks the permissions for a key that another service encrypts its resource with. Nothing is
 * encrypted; a key that is not there or that AWS manages needs none.
 */
export function useKeyOf(
  context: CallContext,
  keyId: string | undefined,
  actions: readonly string[],
  encryptionContext: EncryptionContext,
): void {
  const key = customerKey(keyId, context.stores);
  if (key === undefined) return;
  for (const action of actions) touch(key, action, context, encryptionContext);
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
  touch(key, action, context, encryptionContext);
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
  touch(key, 'kms:Decrypt', context, encryptionContext);
  checkUsable(key);
  return open(key, blob, encryptionContext);
}
