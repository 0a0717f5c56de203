import { createHash, createHmac, createPublicKey, verify } from 'node:crypto';
import type { KeyMetadata, KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { KMS } from '@aws-sdk/client-kms';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, settings } from './dynamodb-endpoint.ts';

// Sources: developer guide, "Key spec reference", and the API reference of the operations.
// node:crypto checks every signature with the public key that GetPublicKey gives.

let aws: LocalAws;
let kms: KMS;
beforeAll(async () => {
  aws = await startLocalAws();
  kms = new KMS(settings(aws.url));
});
afterAll(() => aws.close());

async function create(spec: KeySpec, usage: KeyUsageType = 'SIGN_VERIFY'): Promise<Partial<KeyMetadata>> {
  return (await kms.createKey({ KeySpec: spec, KeyUsage: usage })).KeyMetadata ?? {};
}

const CASES: ReadonlyArray<readonly [KeySpec, SigningAlgorithmSpec, string | undefined, object]> = [
  ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', 'sha256', { padding: 1 }],
  ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_512', 'sha512', { padding: 1 }],
  ['RSA_3072', 'RSASSA_PSS_SHA_384', 'sha384', { padding: 6, saltLength: 48 }],
  ['RSA_2048', 'RSASSA_PSS_SHA_256', 'sha256', { padding: 6, saltLength: 32 }],
  ['ECC_NIST_P256', 'ECDSA_SHA_256', 'sha256', {}],
  ['ECC_NIST_P384', 'ECDSA_SHA_384', 'sha384', {}],
  ['ECC_NIST_P521', 'ECDSA_SHA_512', 'sha512', {}],
  ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 'sha256', {}],
  ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512', undefined, {}],
];

describe('signing', () => {
  it.each(CASES)('%s signs by %s, messages and digests', async (spec, SigningAlgorithm, hash, options) => {
    const { KeyId, Arn, SigningAlgorithms = [] } = await create(spec);
    expect(SigningAlgorithms).toContain(SigningAlgorithm);
    const { PublicKey = new Uint8Array() } = await kms.getPublicKey({ KeyId });
    const key = { key: createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' }), ...options };
    const message = Buffer.from('an order');
    const inputs: Array<readonly [MessageType, Buffer]> = [['RAW', message]];
    if (hash !== undefined) inputs.push(['DIGEST', createHash(hash).update(message).digest()]);
    const signatures = await Promise.all(
      inputs.map(async ([MessageType, Message]) => {
        const answer = await kms.sign({ KeyId, Message, MessageType, SigningAlgorithm });
        expect(answer).toMatchObject({ KeyId: Arn, SigningAlgorithm });
        expect(verify(hash, message, key, answer.Signature ?? Buffer.alloc(0))).toBe(true);
        return answer.Signature;
      }),
    );
    // Each signature verifies as that of the message and as that of the digest.
    for (const Signature of signatures) {
      for (const [MessageType, Message] of inputs) {
        const answer = await kms.verify({ KeyId, Message, MessageType, SigningAlgorithm, Signature });
        expect(answer.SignatureValid).toBe(true);
        const Altered = Buffer.from(Message.map((byte, index) => (index === 0 ? byte ^ 1 : byte)));
        const other = kms.verify({ KeyId, Message: Altered, MessageType, SigningAlgorithm, Signature });
        expect((await refusal(other)).name).toBe('KMSInvalidSignatureException');
      }
    }
  });

  it('refuses the wrong usage, algorithm and digest', async () => {
    const { KeyId, Arn } = await create('ECC_NIST_P256');
    const symmetric = await kms.createKey({});
    const Message = Buffer.from('x');
    const SigningAlgorithm = 'ECDSA_SHA_256';
    expect(await refusal(kms.sign({ KeyId: symmetric.KeyMetadata?.KeyId, Message, SigningAlgorithm }))).toEqual({
      name: 'InvalidKeyUsageException',
      message: `${symmetric.KeyMetadata?.Arn} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`,
    });
    expect(await refusal(kms.sign({ KeyId, Message, SigningAlgorithm: 'RSASSA_PSS_SHA_256' }))).toEqual({
      name: 'InvalidKeyUsageException',
      message: 'Algorithm RSASSA_PSS_SHA_256 is incompatible with key spec ECC_NIST_P256.',
    });
    expect(await refusal(kms.sign({ KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm }))).toEqual({
      name: 'ValidationException',
      message: 'Digest is invalid length for algorithm ECDSA_SHA_256.',
    });
    expect((await refusal(kms.encrypt({ KeyId, Plaintext: Message }))).message).toBe(
      `${Arn} key usage is SIGN_VERIFY which is not valid for Encrypt.`,
    );
    expect((await refusal(kms.enableKeyRotation({ KeyId }))).name).toBe('UnsupportedOperationException');
  });

  it('makes the kinds of keys that AWS makes', async () => {
    expect(await create('RSA_2048')).toMatchObject({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
    // The texts are moto's and LocalStack's.
    expect(await refusal(kms.createKey({ KeySpec: 'HMAC_256' }))).toEqual({
      name: 'ValidationException',
      message: 'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    });
    expect(await refusal(kms.createKey({ KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'SIGN_VERIFY' }))).toEqual({
      name: 'ValidationException',
      message: 'KeyUsage SIGN_VERIFY is not compatible with KeySpec SYMMETRIC_DEFAULT',
    });
    await expect(kms.createKey({ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
  });
});

describe('HMAC', () => {
  it.each([224, 256, 384, 512])('of %i bits', async (bits) => {
    const { KeyId, MacAlgorithms } = await create(`HMAC_${bits}` as KeySpec, 'GENERATE_VERIFY_MAC');
    const MacAlgorithm = `HMAC_SHA_${bits}` as 'HMAC_SHA_256';
    expect(MacAlgorithms).toEqual([MacAlgorithm]);
    const Message = Buffer.from('an order');
    const { Mac = new Uint8Array() } = await kms.generateMac({ KeyId, Message, MacAlgorithm });
    expect(Mac).toHaveLength(createHmac(`sha${bits}`, 'k').digest().length);
    expect((await kms.verifyMac({ KeyId, Message, MacAlgorithm, Mac })).MacValid).toBe(true);
    const other = kms.verifyMac({ KeyId, Message: Buffer.from('another'), MacAlgorithm, Mac });
    expect((await refusal(other)).name).toBe('KMSInvalidMacException');
    expect((await refusal(kms.getPublicKey({ KeyId }))).name).toBe('UnsupportedOperationException');
  });
});

describe('RSA encryption', () => {
  it('opens what the public key encrypted', async () => {
    const { KeyId } = await create('RSA_2048', 'ENCRYPT_DECRYPT');
    for (const EncryptionAlgorithm of ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const) {
      const Plaintext = Buffer.from('an order');
      const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext, EncryptionAlgorithm });
      const opened = await kms.decrypt({ KeyId, CiphertextBlob, EncryptionAlgorithm });
      expect(Buffer.from(opened.Plaintext ?? '').toString()).toBe('an order');
    }
    expect((await refusal(kms.encrypt({ KeyId, Plaintext: Buffer.from('x') }))).message).toBe(
      'Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.',
    );
  });
});
