import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { decryptFor, encryptFor } from '../kms/service-encryption.ts';
import type { SecretValue } from './secret-value.ts';
import type { Secret, SecretVersion } from './store.ts';

/** A value as it is kept: encrypted by KMS. */
export interface SealedValue {
  readonly kind: 'string' | 'binary';
  readonly sealed: Buffer;
}

// From the KMS developer guide on Secrets Manager: what binds a value to its secret and version.
const contextOf = (secret: Secret, versionId: string) => ({ SecretARN: secret.arn, SecretVersionId: versionId });

/** The answer where KMS refuses, in the words of KMS. */
function withKeyErrors<T>(code: 'EncryptionFailure' | 'DecryptionFailure', doing: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new ServiceError(
      code,
      `Secrets Manager can't ${doing} the protected secret text using the provided KMS key: ${error.message}`,
    );
  }
}

/** @throws ServiceError `EncryptionFailure` for a key that cannot be used */
export function sealValue(secret: Secret, versionId: string, value: SecretValue, context: CallContext): SealedValue {
  const kind = value.string === undefined ? 'binary' : 'string';
  const plaintext = Buffer.from(value.string ?? value.binary ?? '', kind === 'string' ? 'utf8' : 'base64');
  const keyId = secret.kmsKeyId ?? 'alias/aws/secretsmanager';
  return withKeyErrors('EncryptionFailure', 'encrypt', () => ({
    kind,
    sealed: encryptFor(context, keyId, plaintext, contextOf(secret, versionId)),
  }));
}

/** The value of a version; both undefined while it has none. @throws ServiceError `DecryptionFailure` for a key that cannot be used */
export function openValue(secret: Secret, { id, value }: SecretVersion, context: CallContext): SecretValue {
  if (value === undefined) return { string: undefined, binary: undefined };
  const plaintext = withKeyErrors('DecryptionFailure', 'decrypt', () =>
    decryptFor(context, value.sealed, contextOf(secret, id)),
  );
  return value.kind === 'string'
    ? { string: plaintext.toString(), binary: undefined }
    : { string: undefined, binary: plaintext.toString('base64') };
}
