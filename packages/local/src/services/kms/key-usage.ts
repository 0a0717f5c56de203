import { readString, requireString } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { KeyUsage } from './key-spec.ts';
import { algorithmsOf } from './key-spec.ts';
import type { KmsKey } from './key-store.ts';

type Input = Record<string, unknown>;

/** @throws ServiceError `InvalidKeyUsageException` for a key of another usage */
export function checkUsage(key: KmsKey, usage: KeyUsage, operation: string): void {
  if (key.usage === usage) return;
  throw new ServiceError(
    'InvalidKeyUsageException',
    `${key.arn} key usage is ${key.usage} which is not valid for ${operation}.`,
  );
}

function checkAlgorithm(algorithm: string, key: KmsKey): string {
  if (algorithmsOf(key.spec, key.usage).includes(algorithm)) return algorithm;
  throw new ServiceError(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${key.spec}.`,
  );
}

/**
 * A member that must name an algorithm of the key.
 *
 * @throws ServiceError `InvalidKeyUsageException`
 */
export const readAlgorithm = (input: Input, member: string, key: KmsKey): string =>
  checkAlgorithm(requireString(input, member), key);

/**
 * `SYMMETRIC_DEFAULT` unless the call says otherwise.
 *
 * @throws ServiceError `InvalidKeyUsageException`
 */
export const readEncryptionAlgorithm = (input: Input, key: KmsKey, member = 'EncryptionAlgorithm'): string =>
  checkAlgorithm(readString(input, member) ?? 'SYMMETRIC_DEFAULT', key);
