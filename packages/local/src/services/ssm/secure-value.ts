import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { decryptFor, encryptFor } from '../kms/service-encryption.ts';
import type { ParameterTier, ParameterVersion, StoredParameter } from './store.ts';

/** Parameter Store's answer where KMS refuses: `InvalidKeyId`, in the words of KMS. */
function withKeyErrors<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (error instanceof ServiceError) throw new ServiceError('InvalidKeyId', error.message);
    throw error;
  }
}

// From the KMS developer guide on Parameter Store: the parameter's ARN is the encryption context of a value.
const contextOf = (arn: string) => ({ PARAMETER_ARN: arn });

/** What is kept of a SecureString: base64 that KMS opens. Standard values are encrypted by KMS itself, advanced ones under a data key. */
export const encryptValue = (
  value: string,
  { arn, keyId, tier }: { readonly arn: string; readonly keyId: string; readonly tier: ParameterTier },
  context: CallContext,
) =>
  withKeyErrors(() => {
    const action = tier === 'Standard' ? 'kms:Encrypt' : 'kms:GenerateDataKey';
    return encryptFor(context, keyId, Buffer.from(value), contextOf(arn), action).toString('base64');
  });

/** The value of a version: of a SecureString in clear if `withDecryption`, else as it is kept. */
export const readValue = (
  { arn }: StoredParameter,
  { type, value }: ParameterVersion,
  withDecryption: boolean,
  context: CallContext,
) =>
  type === 'SecureString' && withDecryption
    ? withKeyErrors(() => decryptFor(context, Buffer.from(value, 'base64'), contextOf(arn)).toString())
    : value;
