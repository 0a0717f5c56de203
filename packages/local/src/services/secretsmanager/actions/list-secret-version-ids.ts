import { readBoolean, readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { pageByKey } from '../../page.ts';
import { requestedSecret } from '../find-secret.ts';
import { invalidNextToken } from '../secret-filter.ts';
import { labelledVersions, seconds, sortedStages } from '../write-secret.ts';

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
