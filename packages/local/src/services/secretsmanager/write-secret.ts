import type { CallContext } from '../../core/service.ts';
import { writeTags } from '../json-tags.ts';
import { openValue } from './sealed-value.ts';
import type { Secret, SecretVersion } from './store.ts';

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
export function writeSecret(secret: Secret) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    ...writeRotation(secret),
    LastChangedDate: seconds(secret.changedMs),
    LastAccessedDate: seconds(secret.accessedMs),
    DeletedDate: seconds(secret.deletion?.markedMs),
    Tags: secret.tags.size > 0 ? writeTags(secret.tags) : undefined,
    CreatedDate: seconds(secret.createdMs),
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
