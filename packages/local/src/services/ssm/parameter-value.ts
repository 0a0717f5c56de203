import { javaPattern } from '../../core/java-pattern.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { decryptFor, encryptFor } from '../kms/service-encryption.ts';
import type { ParameterTier, ParameterVersion, StoredParameter } from './parameter-types.ts';

/**
 * @throws ServiceError for an `AllowedPattern` that cannot be read, or that the value does not
 *   match. Never shows the value.
 */
export function checkPattern(pattern: string | undefined, value: string): void {
  if (pattern === undefined || pattern === '') return;
  let expression: RegExp;
  try {
    expression = javaPattern(pattern);
  } catch {
    throw new ServiceError(
      'InvalidAllowedPatternException',
      "The request doesn't meet the regular expression requirement.",
    );
  }
  if (!expression.test(value)) {
    throw new ServiceError(
      'ParameterPatternMismatchException',
      `Parameter value, cannot be validated against allowedPattern: ${pattern}`,
    );
  }
}

/** The form of an image's id, as EC2 gives them. */
export const isImageId = (value: string) => /^ami-[0-9A-Za-z]{8,17}$/.test(value);

/**
 * @throws ServiceError `ValidationException` for a value that refers to another parameter, and for
 *   an unknown data type
 */
export function checkValue(value: string, dataType: string): void {
  if (/\{\{.*\}\}/s.test(value)) {
    throw new ServiceError(
      'ValidationException',
      'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.',
    );
  }
  if (!['text', 'aws:ec2:image', 'aws:ssm:integration'].includes(dataType)) {
    throw new ServiceError(
      'ValidationException',
      `The following data type is not supported: ${dataType} (Data type names are all lowercase.)`,
    );
  }
}

/** Bytes of a value: from the API reference of PutParameter. */
const MAX_BYTES = { Standard: 4096, Advanced: 8192 } as const;
const ADVANCED_GUIDE =
  'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html';

const refused = (message: string) => new ServiceError('ValidationException', message);

/** The limits of a new version. */
interface TierRequest {
  readonly requested: ParameterTier | 'Intelligent-Tiering' | undefined;
  readonly bytes: number;
  readonly hasPolicies: boolean;
  /** Of the version before. */
  readonly previous: ParameterTier | undefined;
}

/**
 * The tier of a new version. An advanced parameter stays one.
 *
 * @throws ServiceError `ValidationException` for what does not fit
 */
export function chooseTier({ requested, bytes, hasPolicies, previous }: TierRequest): ParameterTier {
  if (requested === 'Standard' && previous === 'Advanced') {
    throw refused(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  }
  const needsAdvanced = requested === 'Intelligent-Tiering' && (hasPolicies || bytes > MAX_BYTES.Standard);
  const tier = previous === 'Advanced' || requested === 'Advanced' || needsAdvanced ? 'Advanced' : 'Standard';
  if (hasPolicies && tier === 'Standard') {
    throw refused(`Parameter policies need the advanced-parameter tier. For more information, see ${ADVANCED_GUIDE}`);
  }
  if (bytes > MAX_BYTES[tier]) {
    throw refused(
      tier === 'Standard'
        ? `Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see ${ADVANCED_GUIDE}`
        : 'Advanced tier parameters support a maximum parameter value of 8192 characters.',
    );
  }
  return tier;
}

/** Parameter Store's answer where KMS refuses: `InvalidKeyId`, in the words of KMS. */
function withKeyErrors<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (error instanceof ServiceError && !error.isDenied) throw new ServiceError('InvalidKeyId', error.message);
    throw error;
  }
}

// From the KMS developer guide on Parameter Store: the parameter's ARN is the encryption context of
// a value.
const contextOf = (arn: string) => ({ PARAMETER_ARN: arn });

/**
 * The stored form of a SecureString: base64 that KMS opens. Standard values are encrypted by KMS
 * itself, advanced ones under a data key.
 */
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
