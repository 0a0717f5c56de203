import type { ConditionKeys, UserCall } from '../core/authorizer.ts';
import type { RequestPrincipal } from './evaluate.ts';
import type { RequestContext } from './pattern.ts';

/** `Tags` as a list of keys and values, or as a map (SQS, logs). */
function requestTags({ Tags, tags }: Readonly<Record<string, unknown>>): Array<readonly [string, string]> {
  const given = Tags ?? tags;
  if (Array.isArray(given)) {
    return given.flatMap((tag: Readonly<Record<string, unknown>> | null) => {
      const key = tag?.Key ?? tag?.key ?? tag?.TagKey;
      return typeof key === 'string' ? [[key, String(tag?.Value ?? tag?.value ?? tag?.TagValue ?? '')] as const] : [];
    });
  }
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).map(([key, value]) => [key, String(value)] as const);
}

const tagKeys = (prefix: string, tags: Iterable<readonly [string, string]>): ConditionKeys =>
  Object.fromEntries([...tags].map(([key, value]) => [`${prefix}/${key}`, value]));

/** By key in lower case; an undefined value is an absent key. */
export function contextOf(...sources: readonly ConditionKeys[]): RequestContext {
  const context = new Map<string, readonly string[]>();
  for (const source of sources) {
    for (const [key, value] of Object.entries(source)) {
      if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
    }
  }
  return context;
}

const isoSeconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');

/** The keys of time, which every request has. */
export const timeKeys = (nowMs: number): ConditionKeys => ({
  'aws:CurrentTime': isoSeconds(nowMs),
  'aws:EpochTime': String(Math.floor(nowMs / 1_000)),
});

const TYPES: Readonly<Record<RequestPrincipal['kind'], string>> = {
  root: 'Account',
  user: 'User',
  session: 'AssumedRole',
  federated: 'FederatedUser',
  service: 'AWSService',
  anonymous: 'Anonymous',
};

/**
 * The global condition keys of a call. The endpoint speaks plain HTTP on this machine: a call
 * counts
 * as one through TLS, or every policy that wants TLS would deny all. Source: "AWS global condition
 * context keys", IAM User Guide.
 */
export function callKeys(
  { principal, region, userAgent, input }: UserCall,
  { kind, account, roleArn, arn }: RequestPrincipal,
  roleTags: ReadonlyMap<string, string>,
  nowMs: number,
): ConditionKeys {
  const { session } = principal;
  const tags = requestTags(input);
  return {
    ...timeKeys(nowMs),
    'aws:PrincipalArn': account === undefined ? undefined : (roleArn ?? arn),
    'aws:PrincipalAccount': account,
    'aws:PrincipalType': TYPES[kind],
    'aws:userid': account === undefined ? undefined : principal.userId,
    'aws:PrincipalIsAWSService': String(kind === 'service'),
    'aws:PrincipalServiceName': kind === 'service' ? arn : undefined,
    'aws:RequestedRegion': region,
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '127.0.0.1',
    'aws:UserAgent': userAgent === '' ? undefined : userAgent,
    'aws:ViaAWSService': 'false',
    'aws:TokenIssueTime': session && isoSeconds(session.issuedMs),
    'aws:SourceIdentity': session?.sourceIdentity,
    ...tagKeys('aws:PrincipalTag', [...roleTags, ...Object.entries(session?.tags ?? {})]),
    ...tagKeys('aws:RequestTag', tags),
    'aws:TagKeys': tags.length === 0 ? undefined : tags.map(([key]) => key),
  };
}

/** The keys of the resource that a request is about. */
export const resourceKeys = (account: string, tags: ReadonlyMap<string, string> = new Map()): ConditionKeys => ({
  'aws:ResourceAccount': account,
  ...tagKeys('aws:ResourceTag', tags),
});
