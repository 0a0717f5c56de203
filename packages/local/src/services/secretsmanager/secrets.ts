import { readBoolean, readInteger, readString, requireString, requireStrings } from '../../core/input.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { addTags, readTags, requireTags, writeTags } from '../json-tags.ts';
import { addReplicas, checkNoReplicas, readReplicaRegions, writeReplication } from './replication.ts';
import type { Secret, SecretVersion } from './secret-store.ts';
import {
  checkName,
  checkNotDeleted,
  findSecret,
  liveSecrets,
  lookUpSecret,
  newSecretArn,
  requestedSecret,
  secretArnForPolicy,
} from './secret-store.ts';
import {
  addVersion,
  changeKey,
  hasValue,
  openValue,
  readClientRequestToken,
  readSecretValue,
} from './secret-version.ts';

/** AWS JSON carries times as seconds. */
export const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);

export const sortedStages = ({ stages }: SecretVersion) => [...stages].sort();

/** Versions that still have a label; those without are deprecated and not listed. */
export const labelledVersions = ({ versions }: Secret) =>
  [...versions.values()].filter(({ stages }) => stages.size > 0);

function writeRotation({ rotation, rotatedMs }: Secret) {
  if (rotation === undefined) return {};
  const { days, schedule, duration } = rotation.rules;
  return {
    RotationEnabled: rotation.enabled,
    RotationLambdaARN: rotation.functionArn,
    RotationRules: { AutomaticallyAfterDays: days, ScheduleExpression: schedule, Duration: duration },
    LastRotatedDate: seconds(rotatedMs),
    NextRotationDate: seconds(rotation.nextMs),
  };
}

/** The members that DescribeSecret and ListSecrets share. */
export function writeSecret(secret: Secret, context: CallContext) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description || undefined, // an empty one is not shown (recorded on AWS)
    KmsKeyId: secret.kmsKeyId,
    ...writeRotation(secret),
    LastChangedDate: seconds(secret.changedMs),
    LastAccessedDate: seconds(secret.accessedMs),
    DeletedDate: seconds(secret.deletion?.markedMs),
    // An empty list once there were tags (recorded on AWS).
    Tags: secret.tags.size > 0 || secret.hadTags ? writeTags(secret.tags) : undefined,
    CreatedDate: seconds(secret.createdMs),
    PrimaryRegion: secret.primaryRegion ?? (secret.replicas?.size ? context.region : undefined),
  };
}

/** Version ids to their labels; undefined for a secret without a value. */
export function writeStages(secret: Secret): Record<string, string[]> | undefined {
  const labelled = labelledVersions(secret);
  return labelled.length === 0
    ? undefined
    : Object.fromEntries(labelled.map((version) => [version.id, sortedStages(version)]));
}

/** The value of a version, as GetSecretValue gives it. */
export function writeValue(secret: Secret, version: SecretVersion, context: CallContext) {
  const value = openValue(secret, version, context);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    SecretString: value.string,
    SecretBinary: value.binary,
    VersionStages: sortedStages(version),
    CreatedDate: seconds(version.createdMs),
  };
}

export const createSecret: Action = (input, context) => {
  const name = requireString(input, 'Name', { min: 1, max: 512 });
  context.touches(secretArnForPolicy(name, context));
  checkName(name);
  const value = readSecretValue(input);
  const token = value && readClientRequestToken(input);
  const replicas = readReplicaRegions(input, context);
  const all = liveSecrets(context);
  const existing = all.get(name);
  if (existing?.deletion !== undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (existing !== undefined) {
    const version = token && existing.versions.get(token);
    if (!version || !value || !hasValue(existing, version, value, context)) {
      throw new ServiceError(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    return {
      ARN: existing.arn,
      Name: name,
      VersionId: version.id,
      ReplicationStatus: writeReplication(existing, context),
    };
  }
  const secret: Secret = {
    name,
    arn: newSecretArn(name, context),
    createdMs: context.clock.now(),
    changedMs: context.clock.now(),
    accessedMs: undefined,
    description: readString(input, 'Description', { max: 2048 }),
    kmsKeyId: readString(input, 'KmsKeyId'),
    policy: undefined,
    rotation: undefined,
    rotatedMs: undefined,
    tags: new Map(),
    versions: new Map(),
    deletion: undefined,
  };
  addTags(secret.tags, readTags(input) ?? new Map(), 'LimitExceededException');
  if (value && token) addVersion(secret, token, value, ['AWSCURRENT'], context);
  all.set(name, secret);
  addReplicas(secret, replicas, readBoolean(input, 'ForceOverwriteReplicaSecret') ?? false, context);
  return { ARN: secret.arn, Name: name, VersionId: token, ReplicationStatus: writeReplication(secret, context) };
};

export const updateSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const description = readString(input, 'Description', { max: 2048 });
  const kmsKeyId = readString(input, 'KmsKeyId', { max: 2048 });
  const value = readSecretValue(input);
  if (kmsKeyId !== undefined && kmsKeyId !== secret.kmsKeyId) changeKey(secret, kmsKeyId, context);
  const version = value && addVersion(secret, readClientRequestToken(input), value, ['AWSCURRENT'], context);
  secret.description = description ?? secret.description;
  secret.changedMs = context.clock.now();
  return { ARN: secret.arn, Name: secret.name, VersionId: version?.id };
};

const DAY_MS = 86_400_000;
const DEFAULT_WINDOW_DAYS = 30;

export const deleteSecret: Action = (input, context) => {
  const id = requireString(input, 'SecretId', { min: 1, max: 2048 });
  context.touches(secretArnForPolicy(id, context));
  const force = readBoolean(input, 'ForceDeleteWithoutRecovery') ?? false;
  const window = readInteger(input, 'RecoveryWindowInDays');
  if (force && window !== undefined) {
    throw new ServiceError(
      'InvalidParameterException',
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (window !== undefined && (window < 7 || window > 30)) {
    throw new ServiceError(
      'InvalidParameterException',
      'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
    );
  }
  const now = context.clock.now();
  if (force) {
    // Forced deletion of what is not there succeeds, so that scripts can repeat it.
    const secret = lookUpSecret(id, context);
    if (secret !== undefined) checkNoReplicas(secret);
    if (secret !== undefined) liveSecrets(context).delete(secret.name);
    return { ARN: secret?.arn ?? newSecretArn(id, context), Name: secret?.name ?? id, DeletionDate: seconds(now) };
  }
  const secret = findSecret(id, context);
  checkNoReplicas(secret);
  if (secret.deletion !== undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was already scheduled for deletion.",
    );
  }
  secret.deletion = { markedMs: now, dueMs: now + (window ?? DEFAULT_WINDOW_DAYS) * DAY_MS };
  return { ARN: secret.arn, Name: secret.name, DeletionDate: seconds(secret.deletion.dueMs) };
};

export const restoreSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  secret.deletion = undefined;
  return { ARN: secret.arn, Name: secret.name };
};

/** Also answers for a secret that is marked for deletion. */
export const describeSecret: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  return {
    ...writeSecret(secret, context),
    VersionIdsToStages: writeStages(secret),
    ReplicationStatus: writeReplication(secret, context),
  };
};

export const tagResource: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  addTags(secret.tags, requireTags(input), 'LimitExceededException');
  return {};
};

export const untagResource: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  for (const key of requireStrings(input, 'TagKeys')) {
    if (secret.tags.delete(key)) secret.hadTags = true;
  }
  return {};
};
