import type { ParameterPolicy } from './parameter-policy.ts';

export const PARAMETER_TYPES = ['String', 'StringList', 'SecureString'] as const;

export type ParameterType = (typeof PARAMETER_TYPES)[number];

export type ParameterTier = 'Standard' | 'Advanced';

/** One version of a parameter; a new value is a new one. */
export interface ParameterVersion {
  readonly version: number;
  readonly type: ParameterType;
  /** Of a SecureString what KMS made of it, in base64. */
  readonly value: string;
  readonly modifiedMs: number;
  readonly modifiedBy: string;
  readonly description: string | undefined;
  readonly allowedPattern: string | undefined;
  readonly keyId: string | undefined;
  readonly tier: ParameterTier;
  readonly dataType: string;
  readonly policies: readonly ParameterPolicy[];
  readonly labels: Set<string>;
}

export interface StoredParameter {
  /** As it was created: `/a/b`, or `a` without a slash. */
  readonly name: string;
  readonly arn: string;
  /** Oldest first, never empty. */
  readonly versions: ParameterVersion[];
  readonly tags: Map<string, string>;
  /** By their ids; undefined until there is one. */
  resourcePolicies?: Map<string, string>;
}

/**
 * The ways to name a parameter: `name`, `name:version`, `name:label`, or an ARN
 * of these.
 */
export interface ParameterRequest {
  readonly name: string;
  /** A version number or a label. */
  readonly selector: string | undefined;
}
