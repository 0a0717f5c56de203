import { readInteger, readString, requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { readAssumedRole } from '../assumed-role.ts';
import { issueCredentials } from '../issue-credentials.ts';
import { readMember } from '../read-member.ts';
import { readWebIdentity } from '../web-identity.ts';

/** From the API reference: how long a session is unless the call says it. */
const DEFAULT_SECONDS = 3600;

/** The one call of a pod or a pipeline that has no keys yet: needs no signature. Every role trusts every token. */
export const assumeRoleWithWebIdentity: Action = (input, context) => {
  const { roleArn, ...role } = readAssumedRole(input);
  context.touches(roleArn);
  const { token, seconds } = readMember(() => ({
    token: requireString(input, 'WebIdentityToken', { min: 4, max: 20_000 }),
    seconds: readInteger(input, 'DurationSeconds', { min: 900, max: 43_200 }) ?? DEFAULT_SECONDS,
  }));
  if (readString(input, 'ProviderId') !== undefined) {
    throw new ServiceError(
      'NotImplemented',
      'Cannot answer sts AssumeRoleWithWebIdentity with a ProviderId: the local endpoint knows OpenID Connect tokens only',
      { status: 501 },
    );
  }
  const { subject, audience, issuer } = readWebIdentity(token, context.clock.now());
  return {
    Credentials: issueCredentials(role, seconds, context),
    SubjectFromWebIdentityToken: subject,
    AssumedRoleUser: { AssumedRoleId: role.userId, Arn: role.arn },
    Provider: `arn:aws:iam::${role.account}:oidc-provider/${issuer.replace(/^https:\/\//, '')}`,
    Audience: audience,
  };
};
