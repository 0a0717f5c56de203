import { readInteger, readString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { readAssumedRole } from '../assumed-role.ts';
import { issueCredentials } from '../issue-credentials.ts';
import { readMember } from '../read-member.ts';

/** From the API reference of AssumeRole: also the limit where one role assumes another. */
const DEFAULT_SECONDS = 3600;

/** Every role trusts every caller: there are no policies to ask. */
export const assumeRole: Action = (input, context) => {
  const { roleArn, ...role } = readAssumedRole(input);
  context.touches(roleArn);
  const seconds = readMember(() => {
    const sourceIdentity = readString(input, 'SourceIdentity', { min: 2, max: 64 });
    if (sourceIdentity !== undefined) context.touches(roleArn, 'sts:SetSourceIdentity');
    readString(input, 'ExternalId', { min: 2, max: 1224 });
    return readInteger(input, 'DurationSeconds', { min: 900, max: 43_200 }) ?? DEFAULT_SECONDS;
  });
  if (seconds > DEFAULT_SECONDS && context.principal.arn.includes(':assumed-role/')) {
    throw new ServiceError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  return {
    Credentials: issueCredentials(role, seconds, context),
    AssumedRoleUser: { AssumedRoleId: role.userId, Arn: role.arn },
    SourceIdentity: input.SourceIdentity,
  };
};
