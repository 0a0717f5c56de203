import type { Action } from '../../../core/service.ts';
import { open } from '../ciphertext.ts';
import { checkAlgorithm, endDryRun, readEncryptionContext, requireBlob } from '../read-call.ts';
import { sourceKey } from '../source-key.ts';

export const decrypt: Action = (input, context) => {
  const blob = requireBlob(input, 'CiphertextBlob', 6144);
  const key = sourceKey(blob, input.KeyId, context);
  checkAlgorithm(input);
  const plaintext = open(key, blob, readEncryptionContext(input));
  endDryRun(input);
  return {
    KeyId: key.arn,
    Plaintext: plaintext.toString('base64'),
    EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
};
