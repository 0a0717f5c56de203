import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { KmsKey } from './key-store.ts';
import { liveState } from './key-store.ts';

/** Key-value pairs that must be the same when the blob is opened; not secret. */
export type EncryptionContext = Readonly<Record<string, string>>;

// As the blobs of AWS begin, so that they look familiar in base64 (AQICAHh...).
const MAGIC = Buffer.from([1, 2, 2, 0, 0x78]);
const IV_BYTES = 12;
const TAG_BYTES = 16;

const inOrder = (context: EncryptionContext) =>
  JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)));

const invalid = () => new ServiceError('InvalidCiphertextException', '');

/**
 * Encrypts under the key's newest material. The blob says itself which key and material opens it.
 */
export function seal(key: KmsKey, plaintext: Buffer, context: EncryptionContext = {}): Buffer {
  const index = key.materials.length - 1;
  const material = key.materials[index];
  if (material === undefined) throw new Error(`Cannot encrypt under ${key.arn}: it has no key material`);
  const arn = Buffer.from(key.arn);
  const header = Buffer.concat([MAGIC, Buffer.from([arn.length, index >> 8, index & 255]), arn]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', material.bytes, iv);
  cipher.setAAD(Buffer.concat([header, Buffer.from(inOrder(context))]));
  return Buffer.concat([header, iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * The key and the form that a blob names.
 *
 * @throws ServiceError `InvalidCiphertextException` for a blob that {@link seal} has not made.
 */
function readHeader(blob: Buffer) {
  const [length = 0, high = 0, low = 0] = blob.subarray(MAGIC.length, MAGIC.length + 3);
  const bodyAt = MAGIC.length + 3 + length;
  if (!blob.subarray(0, MAGIC.length).equals(MAGIC) || blob.length < bodyAt + IV_BYTES + TAG_BYTES) throw invalid();
  return { arn: blob.subarray(MAGIC.length + 3, bodyAt).toString(), index: high * 256 + low, bodyAt };
}

/**
 * The key that a blob was made under.
 *
 * @throws ServiceError `InvalidCiphertextException`, `AccessDeniedException` where the key is gone.
 */
export function keyOfBlob(blob: Buffer, context: CallContext): KmsKey {
  const { arn } = readHeader(blob);
  const [, , , region, account = '', resource = ''] = arn.split(':');
  const key =
    region === context.region
      ? liveState(context, account, context.region).keys.get(resource.replace(/^key\//, ''))
      : undefined;
  if (key === undefined) {
    throw new ServiceError(
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
  }
  return key;
}

/**
 * Opens what {@link seal} has made.
 *
 * @throws ServiceError `InvalidCiphertextException`, also for another encryption context.
 */
export function open(key: KmsKey, blob: Buffer, context: EncryptionContext = {}): Buffer {
  const { index, bodyAt } = readHeader(blob);
  const material = key.materials[index];
  if (material === undefined) throw invalid();
  const decipher = createDecipheriv('aes-256-gcm', material.bytes, blob.subarray(bodyAt, bodyAt + IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.concat([blob.subarray(0, bodyAt), Buffer.from(inOrder(context))]));
  decipher.setAuthTag(blob.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(blob.subarray(bodyAt + IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw invalid();
  }
}
