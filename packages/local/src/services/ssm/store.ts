import { storeKey } from '../../core/stores.ts';

export const PARAMETER_TYPES = ['String', 'StringList', 'SecureString'] as const;
type ParameterType = (typeof PARAMETER_TYPES)[number];
export type ParameterTier = 'Standard' | 'Advanced';

/** One version of a parameter; a new value is a new one. */
export interface ParameterVersion {
  readonly version: number;
  readonly type: ParameterType;
  readonly value: string;
  /** What a SecureString looks like to a caller without WithDecryption. */
  readonly ciphertext: string | undefined;
  readonly modifiedMs: number;
  readonly modifiedBy: string;
  readonly description: string | undefined;
  readonly allowedPattern: string | undefined;
  readonly keyId: string | undefined;
  readonly tier: ParameterTier;
  readonly dataType: string;
  readonly labels: Set<string>;
}

export interface StoredParameter {
  /** As it was created: `/a/b`, or `a` without a slash. */
  readonly name: string;
  readonly arn: string;
  /** Oldest first, never empty. */
  readonly versions: ParameterVersion[];
  readonly tags: Map<string, string>;
}

/** By {@link parameterKey}: `a` and `/a` are one parameter to AWS. */
export const parameters = storeKey('ssm parameters', () => new Map<string, StoredParameter>());
