import { readStrings } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { addVersion } from '../add-version.ts';
import { checkNotDeleted, requestedSecret } from '../find-secret.ts';
import { readClientRequestToken, readSecretValue } from '../secret-value.ts';
import { sortedStages } from '../write-secret.ts';

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
