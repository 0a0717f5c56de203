import type { Action } from '../../../core/service.ts';
import { seal } from '../ciphertext.ts';
import { requestedKey } from '../find-key.ts';
import { checkUsable } from '../key-state.ts';
import { checkAlgorithm, endDryRun, readEncryptionContext, requireBlob } from '../read-call.ts';

/** From the API reference of Encrypt. */
const MAX_PLAINTEXT_BYTES = 4096;

export const encrypt: Action = (input, context) => {
  const plaintext = requireBlob(input, 'Plaintext', MAX_PLAINTEXT_BYTES);
  const key = requestedKey(input, context);
  checkUsable(key);
  checkAlgorithm(input);
  endDryRun(input);
  const blob = seal(key, plaintext, readEncryptionContext(input));
  return {
    CiphertextBlob: blob.toString('base64'),
    KeyId: key.arn,
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
};
