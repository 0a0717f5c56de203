import type { Principal } from '../../core/caller.ts';
import { SESSION_REGION, sessions } from '../../core/caller.ts';
import { constraint, readInteger, readString, readStrings, readStructures, requireString } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { checkPolicyDocument } from '../iam/check-policy.ts';
import { managedDocument } from '../iam/managed-policies.ts';
import { issueCredentials, roleId, SERVICE_SECONDS } from './issue-credentials.ts';
import { readWebIdentity } from './web-identity.ts';

/**
 * Reads a member; Query services call a refused one `ValidationError`, not `ValidationException`.
 */
function readMember<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ValidationException') {
      throw new ServiceError('ValidationError', error.message);
    }
    throw error;
  }
}

/**
 * The role of a call's `RoleArn`, as the principal that the session called `RoleSessionName` is.
 * The
 * role need exist only where permissions are enforced.
 */
function readAssumedRole(input: Record<string, unknown>): Principal & { readonly roleArn: string } {
  return readMember(() => {
    const roleArn = requireString(input, 'RoleArn', { min: 20, max: 2048 });
    const session = requireString(input, 'RoleSessionName', { min: 2, max: 64 });
    if (!/^[\w+=,.@-]*$/.test(session)) {
      throw constraint('RoleSessionName', 'satisfy regular expression pattern: [\\w+=,.@-]*');
    }
    const [, partition, account, name] =
      /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:[!-~]*\/)?([\w+=,.@-]{1,64})$/.exec(roleArn) ?? [];
    if (account === undefined) throw new ServiceError('ValidationError', `${roleArn} is invalid`);
    return {
      roleArn,
      account,
      // A role's path is not in the session's ARN.
      arn: `arn:${partition}:sts::${account}:assumed-role/${name}/${session}`,
      userId: `${roleId(roleArn)}:${session}`,
    };
  });
}

const invalidTags = (message: string) => new ServiceError('InvalidParameterValue', message);

/**
 * The keys of the session's transitive tags in lower case, those of the calling session included.
 * The texts were recorded on AWS.
 *
 * @throws ServiceError `InvalidParameterValue`
 */
function readTransitiveTags(input: Record<string, unknown>, { storesOf, account, accessKeyId }: CallContext): string[] {
  const { tags, transitive } = readMember(() => ({
    tags: (readStructures(input, 'Tags', { max: 50 }) ?? []).map((tag) => {
      readString(tag, 'Value', { max: 256 });
      return requireString(tag, 'Key', { min: 1, max: 128 }).toLowerCase();
    }),
    transitive: (readStrings(input, 'TransitiveTagKeys', { max: 50 }) ?? []).map((key) => key.toLowerCase()),
  }));
  const inherited = storesOf(account, SESSION_REGION).get(sessions).get(accessKeyId)?.transitiveTags ?? [];
  if (new Set(tags).size < tags.length) {
    throw invalidTags('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (tags.some((key) => inherited.includes(key))) {
    throw invalidTags(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  if (!transitive.every((key) => tags.includes(key))) {
    throw invalidTags('The specified transitive tag key must be included in the requested tags.');
  }
  return [...inherited, ...transitive];
}

/** From the API reference of AssumeRole: also the limit where one role assumes another. */
const DEFAULT_SECONDS = 3600;

/**
 * Reads the policies and tags of a session.
 *
 * @throws ServiceError `MalformedPolicyDocument`
 */
function readSession(input: Record<string, unknown>, roleArn: string, context: CallContext) {
  const inline = readMember(() => readString(input, 'Policy', { min: 1, max: 2048 }));
  const arns = readMember(() => readStructures(input, 'PolicyArns', { max: 10 }) ?? []).map(({ arn, Arn }) =>
    String(arn ?? Arn),
  );
  const managed = arns.map((arn) => managedDocument(arn, context));
  const policies = [...(inline === undefined ? [] : [inline]), ...managed];
  for (const policy of policies) checkPolicyDocument(policy, 'identity');
  const tags = readMember(() => readStructures(input, 'Tags', { max: 50 }) ?? []);
  return {
    roleArn,
    policies,
    tags: Object.fromEntries(tags.map(({ Key, Value }) => [String(Key), String(Value ?? '')])),
    sourceIdentity: readMember(() => readString(input, 'SourceIdentity')),
    issuedMs: context.clock.now(),
  };
}

/** Every role trusts every caller, unless permissions are enforced. */
export const assumeRole: Action = (input, context) => {
  const { roleArn, ...role } = readAssumedRole(input);
  context.touches(roleArn);
  const transitiveTags = readTransitiveTags(input, context);
  if (input.Tags !== undefined) context.touches(roleArn, 'sts:TagSession');
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
    Credentials: issueCredentials(
      { ...role, transitiveTags, session: readSession(input, roleArn, context) },
      context.principal.service === undefined ? seconds : SERVICE_SECONDS,
      context,
    ),
    AssumedRoleUser: { AssumedRoleId: role.userId, Arn: role.arn },
    SourceIdentity: input.SourceIdentity,
  };
};

/**
 * The one call of a pod or a pipeline that has no keys yet: needs no signature. Every role trusts
 * every token.
 */
export const assumeRoleWithWebIdentity: Action = (input, context) => {
  const { roleArn, ...role } = readAssumedRole(input);
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
  const host = issuer.replace(/^https:\/\//, '');
  const provider = `arn:${partitionOf(context.region)}:iam::${role.account}:oidc-provider/${host}`;
  context.touches(roleArn, undefined, {
    'aws:FederatedProvider': provider,
    [`${host}:sub`]: subject,
    [`${host}:aud`]: audience,
  });
  return {
    Credentials: issueCredentials({ ...role, session: readSession(input, roleArn, context) }, seconds, context),
    SubjectFromWebIdentityToken: subject,
    AssumedRoleUser: { AssumedRoleId: role.userId, Arn: role.arn },
    Provider: provider,
    Audience: audience,
  };
};

/**
 * From the API reference of GetSessionToken: the longest for the root of an account, and its
 * default.
 */
const ROOT_SECONDS = 3600;

export const getSessionToken: Action = (input, context) => {
  if (context.accessKeyId.startsWith('ASIA')) {
    throw new ServiceError('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 });
  }
  const requested = readMember(() => readInteger(input, 'DurationSeconds', { min: 900, max: 129_600 }));
  // Longer sessions of a root are cut to an hour, not refused.
  const seconds = Math.min(requested ?? ROOT_SECONDS, ROOT_SECONDS);
  return { Credentials: issueCredentials(context.principal, seconds, context) };
};

export const getCallerIdentity: Action = (_input, { principal }) => ({
  UserId: principal.userId,
  Account: principal.account,
  Arn: principal.arn,
});
