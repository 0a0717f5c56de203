import { randomInt } from 'node:crypto';
import { requireString } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { storeKey } from '../../core/stores.ts';
import type { RotationRules } from './rotation-rules.ts';

export interface SecretVersion {
  readonly id: string;
  readonly createdMs: number;
  /** Undefined until the function of a rotation has made it. */
  value: SealedValue | undefined;
  /** Staging labels; each is on one version of the secret. */
  readonly stages: Set<string>;
  accessedMs: number | undefined;
}

interface Rotation {
  readonly functionArn: string;
  readonly rules: RotationRules;
  enabled: boolean;
  nextMs: number | undefined;
}

/** A copy of a secret in another region, as its primary secret keeps it. */
export interface Replica {
  /** Of the replica's region. Undefined for the key that AWS manages. */
  readonly kmsKeyId: string | undefined;
  readonly status: 'InSync' | 'Failed';
  readonly message: string;
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
  /** Whether a tag was taken off. */
  hadTags?: boolean;
  readonly versions: Map<string, SecretVersion>;
  /** By region. */
  replicas?: ReadonlyMap<string, Replica> | undefined;
  /** Of a replica: the region of its primary secret. */
  primaryRegion?: string | undefined;
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

const SUFFIX_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const arnOf = (rest: string, { account, region }: CallContext) =>
  `arn:${partitionOf(region)}:secretsmanager:${region}:${account}:secret:${rest}`;

/**
 * An ARN ends in six random characters, so that a recreated secret is not the one that old policies
 * name.
 */
export function newSecretArn(name: string, context: CallContext): string {
  const suffix = Array.from({ length: 6 }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)]).join('');
  return arnOf(`${name}-${suffix}`, context);
}

/** The same call in another region of its account. */
export const inRegion = (context: CallContext, region: string): CallContext => ({
  ...context,
  region,
  stores: context.storesOf(context.account, region),
});

/** A replica has the ARN of its primary secret, with its region. */
export const replicaArn = ({ arn }: Secret, region: string): string =>
  arn.replace(/^(arn:[^:]*:secretsmanager:)[^:]*/, `$1${region}`);

/**
 * The secret that `id` names: by name, by ARN, or by an ARN without its last seven characters. A
 * partial ARN whose name itself ends in a hyphen and six characters is taken for a full one and not
 * found: AWS's own warning about such names.
 */
export function lookUpSecret(id: string, context: CallContext): Secret | undefined {
  const all = liveSecrets(context);
  if (!id.startsWith('arn:')) return all.get(id);
  const prefix = arnOf('', context);
  if (!id.startsWith(prefix)) return undefined;
  const rest = id.slice(prefix.length);
  if (!/-[A-Za-z0-9]{6}$/.test(rest)) return all.get(rest);
  const full = all.get(rest.slice(0, -7));
  return full?.arn === id ? full : undefined;
}

/**
 * The resource that IAM would check for `id`: the secret's ARN, or what it would be without the
 * suffix where there is no such secret.
 */
export function secretArnForPolicy(id: string, context: CallContext): string {
  return lookUpSecret(id, context)?.arn ?? (id.startsWith('arn:') ? id : arnOf(id, context));
}

/** Every operation checks names (recorded on AWS). @throws ServiceError `ValidationException` */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9/_+=.@!-]+$/.test(name)) return;
  throw new ServiceError(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  );
}

/**
 * The secret that `id` names, also one that is marked for deletion.
 *
 * @throws ServiceError `ResourceNotFoundException`.
 */
export function findSecret(id: string, context: CallContext): Secret {
  const secret = lookUpSecret(id, context);
  if (secret === undefined) {
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  return secret;
}

/** The secret of a call's `SecretId`, named in the call log. */
export function requestedSecret(input: Record<string, unknown>, context: CallContext): Secret {
  const id = requireString(input, 'SecretId', { min: 1, max: 2048 });
  context.touches(secretArnForPolicy(id, context));
  if (!id.startsWith('arn:')) checkName(id);
  return findSecret(id, context);
}

/** @throws ServiceError `InvalidRequestException` for a secret that is marked for deletion. */
export function checkNotDeleted(secret: Secret): void {
  if (secret.deletion !== undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
}

/** A value as it is kept: encrypted by KMS. */
export interface SealedValue {
  readonly kind: 'string' | 'binary';
  readonly sealed: Buffer;
}
