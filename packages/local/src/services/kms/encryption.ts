import { constants, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { readInteger, readOneOf, requireString } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { keyOfBlob, open, seal } from './ciphertext.ts';
import { endDryRun, readEncryptionContext, requireBlob } from './input.ts';
import type { KmsKey } from './key-store.ts';
import { checkUsable, findKey, isSymmetric, privateKeyOf, publicKeyOf, requestedKey } from './key-store.ts';
import { checkUsage, readEncryptionAlgorithm } from './key-usage.ts';

/**
 * The key that opens a blob, which must be the one that the caller names if it names one.
 *
 * @throws ServiceError `IncorrectKeyException`
 */
function sourceKey(blob: Buffer, id: unknown, context: CallContext, action?: string): KmsKey {
  const named =
    id === undefined || id === null
      ? undefined
      : findKey(requireString({ KeyId: id }, 'KeyId', { max: 2048, min: 1 }), context);
  if (named !== undefined) context.touches(named.arn, action);
  // A ciphertext under RSA does not name its key.
  const key = named !== undefined && !isSymmetric(named) ? named : keyOfBlob(blob, context);
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

/**
 * Only Encrypt and Decrypt take a key pair here.
 *
 * @throws ServiceError `InvalidKeyUsageException`
 */
function checkSymmetric(key: KmsKey, operation: string): void {
  checkUsage(key, 'ENCRYPT_DECRYPT', operation);
  if (isSymmetric(key)) return;
  throw new ServiceError(
    'InvalidKeyUsageException',
    `${key.arn} key spec is ${key.spec} which is not valid for ${operation}.`,
  );
}

/** From the API reference of Encrypt. */
const MAX_PLAINTEXT_BYTES = 4096;

/** OAEP takes less than the modulus: two digests and two bytes (RFC 8017, section 7.1.1). */
function encryptRsa(key: KmsKey, algorithm: string, plaintext: Buffer): Buffer {
  const oaepHash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
  try {
    return publicEncrypt({ key: publicKeyOf(key), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, plaintext);
  } catch {
    throw new ServiceError('ValidationException', `Plaintext is too long for algorithm ${algorithm}.`);
  }
}

function decryptRsa(key: KmsKey, algorithm: string, blob: Buffer): Buffer {
  const oaepHash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256';
  try {
    return privateDecrypt({ key: privateKeyOf(key), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, blob);
  } catch {
    throw new ServiceError('InvalidCiphertextException', '');
  }
}

export const encrypt: Action = (input, context) => {
  const plaintext = requireBlob(input, 'Plaintext', MAX_PLAINTEXT_BYTES);
  const key = requestedKey(input, context);
  checkUsable(key);
  checkUsage(key, 'ENCRYPT_DECRYPT', 'Encrypt');
  const algorithm = readEncryptionAlgorithm(input, key);
  endDryRun(input);
  const blob = isSymmetric(key)
    ? seal(key, plaintext, readEncryptionContext(input))
    : encryptRsa(key, algorithm, plaintext);
  return { CiphertextBlob: blob.toString('base64'), KeyId: key.arn, EncryptionAlgorithm: algorithm };
};

export const decrypt: Action = (input, context) => {
  const blob = requireBlob(input, 'CiphertextBlob', 6144);
  const key = sourceKey(blob, input.KeyId, context);
  checkUsage(key, 'ENCRYPT_DECRYPT', 'Decrypt');
  const algorithm = readEncryptionAlgorithm(input, key);
  const plaintext = isSymmetric(key) ? open(key, blob, readEncryptionContext(input)) : decryptRsa(key, algorithm, blob);
  endDryRun(input);
  return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: algorithm };
};

export const reEncrypt: Action = (input, context) => {
  const blob = requireBlob(input, 'CiphertextBlob', 6144);
  const destination = findKey(requireString(input, 'DestinationKeyId', { min: 1, max: 2048 }), context);
  const source = sourceKey(blob, input.SourceKeyId, context, 'kms:ReEncryptFrom');
  context.touches(destination.arn, 'kms:ReEncryptTo');
  checkUsable(destination);
  checkSymmetric(source, 'ReEncrypt');
  checkSymmetric(destination, 'ReEncrypt');
  readEncryptionAlgorithm(input, source, 'SourceEncryptionAlgorithm');
  readEncryptionAlgorithm(input, destination, 'DestinationEncryptionAlgorithm');
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
  checkSymmetric(key, 'GenerateDataKey');
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

export const generateRandom: Action = (input, context) => {
  context.touches('*');
  const bytes = readInteger(input, 'NumberOfBytes', { min: 1, max: 1024 });
  if (bytes === undefined) throw new ServiceError('ValidationException', 'NumberOfBytes is required.');
  return { Plaintext: randomBytes(bytes).toString('base64') };
};
