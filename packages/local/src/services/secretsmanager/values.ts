import { readBoolean, readInteger, readString, readStrings, requireString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { pageByKey } from '../page.ts';
import { invalidNextToken } from './listing.ts';
import type { Secret, SecretVersion } from './secret-store.ts';
import { checkNotDeleted, requestedSecret } from './secret-store.ts';
import {
  addVersion,
  checkStages,
  moveStage,
  openVersion,
  readClientRequestToken,
  readSecretValue,
} from './secret-version.ts';
import { labelledVersions, seconds, sortedStages, writeValue } from './secrets.ts';

export const getSecretValue: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  const id = readString(input, 'VersionId', { min: 32, max: 64 });
  const stage = readString(input, 'VersionStage', { min: 1, max: 256 });
  return writeValue(secret, openVersion(secret, { id, stage }, context), context);
};

export const putSecretValue: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const value = readSecretValue(input);
  if (value === undefined) {
    throw new ServiceError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
  }
  const stages = readStrings(input, 'VersionStages', { min: 1, max: 20 }) ?? ['AWSCURRENT'];
  const version = addVersion(secret, readClientRequestToken(input), value, stages, context);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: sortedStages(version) };
};

export const listSecretVersionIds: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  const withDeprecated = readBoolean(input, 'IncludeDeprecated') ?? false;
  const page = pageByKey(
    withDeprecated ? secret.versions.values() : labelledVersions(secret),
    ({ id }) => id,
    readInteger(input, 'MaxResults', { min: 1, max: 100 }) ?? 100,
    readString(input, 'NextToken'),
    invalidNextToken,
  );
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: page.items.map((version) => ({
      VersionId: version.id,
      VersionStages: version.stages.size > 0 ? sortedStages(version) : undefined,
      LastAccessedDate: seconds(version.accessedMs),
      CreatedDate: seconds(version.createdMs),
      KmsKeyIds: [secret.kmsKeyId ?? 'DefaultEncryptionKey'],
    })),
    NextToken: page.next,
  };
};

const refused = (message: string) => new ServiceError('InvalidParameterException', message);

function versionOf(secret: Secret, id: string): SecretVersion {
  const version = secret.versions.get(id);
  if (version === undefined) throw refused(`Not a valid version: ${id}`);
  return version;
}

/**
 * Moves, adds or takes off a staging label. One that another version has must be taken from it by
 * name, against races.
 */
export const updateSecretVersionStage: Action = (input, context) => {
  const secret = requestedSecret(input, context);
  checkNotDeleted(secret);
  const stage = requireString(input, 'VersionStage', { min: 1, max: 256 });
  const fromId = readString(input, 'RemoveFromVersionId', { min: 32, max: 64 });
  const toId = readString(input, 'MoveToVersionId', { min: 32, max: 64 });
  const from = fromId === undefined ? undefined : versionOf(secret, fromId);
  const to = toId === undefined ? undefined : versionOf(secret, toId);
  const holder = [...secret.versions.values()].find(({ stages }) => stages.has(stage));
  if (from !== undefined && !from.stages.has(stage)) {
    throw refused(`Version stage ${stage} not found in version ${from.id}`);
  }
  if (holder !== undefined && holder !== to && holder !== from) {
    throw refused(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (to === undefined && stage === 'AWSCURRENT') {
    throw refused("You can't remove the staging label AWSCURRENT without moving it to another version.");
  }
  if (to !== undefined) checkStages(secret, [stage]);
  if (to === undefined) from?.stages.delete(stage);
  else moveStage(secret, stage, to);
  secret.changedMs = context.clock.now();
  return { ARN: secret.arn, Name: secret.name };
};
