import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import { readOneOf } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { endDryRun, requireBlob } from './input.ts';
import { algorithmsOf } from './key-spec.ts';
import type { KmsKey } from './key-store.ts';
import { checkUsable, isSymmetric, materialOf, privateKeyOf, publicKeyOf, requestedKey } from './key-store.ts';
import { checkUsage, readAlgorithm } from './key-usage.ts';
import { signDigest, verifyDigest } from './sign-digest.ts';

/** Source: API reference of Sign and GenerateMac. */
const MAX_MESSAGE_BYTES = 4096;
const MAX_SIGNATURE_BYTES = 6144;

/** `RSASSA_PSS_SHA_256` as hash and options of node:crypto. */
function schemeOf(algorithm: string) {
  const bits = algorithm.slice(-3);
  if (algorithm === 'ED25519_SHA_512') return { hash: undefined, options: {} };
  const hash = `sha${bits}`;
  if (algorithm.startsWith('RSASSA_PSS')) {
    return {
      hash,
      options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
    };
  }
  return { hash, options: algorithm.startsWith('RSASSA') ? { padding: constants.RSA_PKCS1_PADDING } : {} };
}

interface SigningInput {
  readonly key: KmsKey;
  readonly algorithm: string;
  readonly message: Buffer;
  readonly isDigest: boolean;
}

function readSigning(input: Record<string, unknown>, key: KmsKey, operation: 'Sign' | 'Verify'): SigningInput {
  const message = requireBlob(input, 'Message', MAX_MESSAGE_BYTES);
  const type = readOneOf(input, 'MessageType', ['RAW', 'DIGEST', 'EXTERNAL_MU']) ?? 'RAW';
  checkUsable(key);
  checkUsage(key, 'SIGN_VERIFY', operation);
  const algorithm = readAlgorithm(input, 'SigningAlgorithm', key);
  const bytes = Number(algorithm.slice(-3)) / 8;
  if (type === 'EXTERNAL_MU' || (type === 'DIGEST' && algorithm === 'ED25519_SHA_512')) {
    throw new ServiceError('ValidationException', `MessageType ${type} is not valid for algorithm ${algorithm}.`);
  }
  if (type === 'DIGEST' && message.length !== bytes) {
    throw new ServiceError('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`);
  }
  return { key, algorithm, message, isDigest: type === 'DIGEST' };
}

export const signMessage: Action = (input, context) => {
  const { key, algorithm, message, isDigest } = readSigning(input, requestedKey(input, context), 'Sign');
  endDryRun(input);
  const { hash, options } = schemeOf(algorithm);
  const signature = isDigest
    ? signDigest(privateKeyOf(key), algorithm, message)
    : sign(hash, message, { key: privateKeyOf(key), ...options });
  return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: algorithm };
};

export const verifySignature: Action = (input, context) => {
  const { key, algorithm, message, isDigest } = readSigning(input, requestedKey(input, context), 'Verify');
  const signature = requireBlob(input, 'Signature', MAX_SIGNATURE_BYTES);
  endDryRun(input);
  const { hash, options } = schemeOf(algorithm);
  const isValid = isDigest
    ? verifyDigest(publicKeyOf(key), algorithm, message, signature)
    : verify(hash, message, { key: publicKeyOf(key), ...options }, signature);
  if (!isValid) throw new ServiceError('KMSInvalidSignatureException', '');
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithm };
};

export const getPublicKey: Action = (input, context) => {
  const key = requestedKey(input, context);
  checkUsable(key);
  if (isSymmetric(key) || key.usage === 'GENERATE_VERIFY_MAC') {
    throw new ServiceError('UnsupportedOperationException', `KeyId ${key.arn} does not have a public key.`);
  }
  const algorithms = algorithmsOf(key.spec, key.usage);
  return {
    KeyId: key.arn,
    PublicKey: publicKeyOf(key).export({ type: 'spki', format: 'der' }).toString('base64'),
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    KeyUsage: key.usage,
    SigningAlgorithms: key.usage === 'SIGN_VERIFY' ? algorithms : undefined,
    EncryptionAlgorithms: key.usage === 'ENCRYPT_DECRYPT' ? algorithms : undefined,
  };
};

function macOf(input: Record<string, unknown>, key: KmsKey, operation: string) {
  const message = requireBlob(input, 'Message', MAX_MESSAGE_BYTES);
  checkUsable(key);
  checkUsage(key, 'GENERATE_VERIFY_MAC', operation);
  const algorithm = readAlgorithm(input, 'MacAlgorithm', key);
  return {
    algorithm,
    mac: createHmac(`sha${algorithm.slice(-3)}`, materialOf(key))
      .update(message)
      .digest(),
  };
}

export const generateMac: Action = (input, context) => {
  const key = requestedKey(input, context);
  const { algorithm, mac } = macOf(input, key, 'GenerateMac');
  endDryRun(input);
  return { Mac: mac.toString('base64'), MacAlgorithm: algorithm, KeyId: key.arn };
};

export const verifyMac: Action = (input, context) => {
  const key = requestedKey(input, context);
  const { algorithm, mac } = macOf(input, key, 'VerifyMac');
  const given = requireBlob(input, 'Mac', MAX_SIGNATURE_BYTES);
  endDryRun(input);
  if (given.length !== mac.length || !timingSafeEqual(given, mac)) {
    throw new ServiceError('KMSInvalidMacException', '');
  }
  return { KeyId: key.arn, MacValid: true, MacAlgorithm: algorithm };
};
