import { randomBytes } from 'node:crypto';
import { readInteger, readOneOf } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { seal } from '../ciphertext.ts';
import { requestedKey } from '../find-key.ts';
import { checkUsable } from '../key-state.ts';
import { checkAlgorithm, endDryRun, readEncryptionContext } from '../read-call.ts';

const BYTES = { AES_128: 16, AES_256: 32 } as const;

function readSize(input: Record<string, unknown>): number {
  const spec = readOneOf(input, 'KeySpec', ['AES_256', 'AES_128']);
  const bytes = readInteger(input, 'NumberOfBytes', { min: 1, max: 1024 });
  if (spec !== undefined && bytes === undefined) return BYTES[spec];
  if (spec === undefined && bytes !== undefined) return bytes;
  throw new ServiceError('ValidationException', 'Please specify either number of bytes or key spec.');
}

const makeDataKey: (withPlaintext: boolean) => Action = (withPlaintext) => (input, context) => {
  const size = readSize(input);
  const key = requestedKey(input, context);
  checkUsable(key);
  checkAlgorithm(input);
  endDryRun(input);
  const plaintext = randomBytes(size);
  return {
    CiphertextBlob: seal(key, plaintext, readEncryptionContext(input)).toString('base64'),
    Plaintext: withPlaintext ? plaintext.toString('base64') : undefined,
    KeyId: key.arn,
    KeyMaterialId: key.materials.at(-1)?.id,
  };
};

export const generateDataKey = makeDataKey(true);
export const generateDataKeyWithoutPlaintext = makeDataKey(false);
