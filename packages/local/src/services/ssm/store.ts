import type { CallContext } from '../../core/service.ts';
import { storeKey } from '../../core/stores.ts';
import type { ParameterPolicy } from './parameter-policy.ts';
import { expiryOf } from './parameter-policy.ts';

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

interface ParameterState {
  /** By {@link parameterKey}: `a` and `/a` are one to AWS. */
  readonly all: Map<string, StoredParameter>;
  /** When the next one may expire; looking through all of them on each call would be felt. */
  nextExpiryMs: number;
}

const parameters = storeKey(
  'ssm parameters',
  (): ParameterState => ({ all: new Map(), nextExpiryMs: Number.POSITIVE_INFINITY }),
);

const expiryOfParameter = ({ versions }: StoredParameter) => expiryOf(versions.at(-1)?.policies ?? []);

/** The parameters by {@link parameterKey}, without those that have expired. */
export function liveParameters({ stores, clock }: Pick<CallContext, 'stores' | 'clock'>): Map<string, StoredParameter> {
  const state = stores.get(parameters);
  if (state.nextExpiryMs <= clock.now()) {
    state.nextExpiryMs = Number.POSITIVE_INFINITY;
    for (const [key, parameter] of state.all) {
      const expiryMs = expiryOfParameter(parameter);
      if (expiryMs <= clock.now()) state.all.delete(key);
      else state.nextExpiryMs = Math.min(state.nextExpiryMs, expiryMs);
    }
  }
  return state.all;
}

/** Notes when a new version lets its parameter expire. */
export function expectExpiry(version: ParameterVersion, { stores }: Pick<CallContext, 'stores'>): void {
  const state = stores.get(parameters);
  state.nextExpiryMs = Math.min(state.nextExpiryMs, expiryOf(version.policies));
}
