import type { CallContext } from '../../core/service.ts';
import { storeKey } from '../../core/stores.ts';
import type { RotationRules } from './rotation-rules.ts';
import type { SealedValue } from './sealed-value.ts';

export interface SecretVersion {
  readonly id: string;
  readonly createdMs: number;
  /** Undefined until the function of a rotation has made it. */
  value: SealedValue | undefined;
  /** Staging labels; each is on one version of the secret. */
  readonly stages: Set<string>;
  accessedMs: number | undefined;
}

export interface Rotation {
  readonly functionArn: string;
  readonly rules: RotationRules;
  enabled: boolean;
  nextMs: number | undefined;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdMs: number;
  changedMs: number;
  accessedMs: number | undefined;
  description: string | undefined;
  kmsKeyId: string | undefined;
  /** As it was given. */
  policy: string | undefined;
  rotation: Rotation | undefined;
  rotatedMs: number | undefined;
  readonly tags: Map<string, string>;
  readonly versions: Map<string, SecretVersion>;
  /** Marked for deletion: when, and when it goes. */
  deletion: { readonly markedMs: number; readonly dueMs: number } | undefined;
}

const secrets = storeKey('secretsmanager', () => new Map<string, Secret>());

/** The secrets by name, without those whose recovery window has passed. */
export function liveSecrets({ stores, clock }: Pick<CallContext, 'stores' | 'clock'>): Map<string, Secret> {
  const all = stores.get(secrets);
  for (const [name, { deletion }] of all) {
    if (deletion !== undefined && deletion.dueMs <= clock.now()) all.delete(name);
  }
  return all;
}
