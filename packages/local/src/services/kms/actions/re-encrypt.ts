import { requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { open, seal } from '../ciphertext.ts';
import { findKey } from '../find-key.ts';
import { checkUsable } from '../key-state.ts';
import { checkAlgorithm, endDryRun, readEncryptionContext, requireBlob } from '../read-call.ts';
import { sourceKey } from '../source-key.ts';

export const reEncrypt: Action = (input, context) => {
  const blob = requireBlob(input, 'CiphertextBlob', 6144);
  const destination = findKey(requireString(input, 'DestinationKeyId', { min: 1, max: 2048 }), context);
  const source = sourceKey(blob, input.SourceKeyId, context, 'kms:ReEncryptFrom');
  context.touches(destination.arn, 'kms:ReEncryptTo');
  checkUsable(destination);
  checkAlgorithm(input, 'SourceEncryptionAlgorithm');
  checkAlgorithm(input, 'DestinationEncryptionAlgorithm');
  const plaintext = open(source, blob, readEncryptionContext(input, 'SourceEncryptionContext'));
  endDryRun(input);
  return {
    CiphertextBlob: seal(destination, plaintext, readEncryptionContext(input, 'DestinationEncryptionContext')).toString(
      'base64',
    ),
    SourceKeyId: source.arn,
    KeyId: destination.arn,
    SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  };
};
