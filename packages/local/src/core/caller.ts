import type { IncomingHttpHeaders } from 'node:http';
import { BASE32 } from './base32.ts';
import type { HttpRequest } from './http.ts';
import { readForm } from './http.ts';
import { partitionOf } from './partition.ts';
import type { World } from './stores.ts';
import { storeKey } from './stores.ts';

/** Who a caller is to IAM. */
export interface Principal {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
  /** Of a role's session. */
  readonly session?: RoleSession | undefined;
  /** An AWS service by its principal, e.g. `lambda.amazonaws.com`. */
  readonly service?: string | undefined;
}

/** The parts of a role's session that its calls carry. */
interface RoleSession {
  readonly roleArn: string;
  /** The session policies of AssumeRole, in JSON. */
  readonly policies: readonly string[];
  /** By their keys as given. */
  readonly tags: Readonly<Record<string, string>>;
  readonly sourceIdentity?: string | undefined;
  readonly issuedMs: number;
}

/** The temporary keys that STS has handed out, each with the identity of its user. */
interface Session extends Principal {
  /** Keys of tags that later sessions inherit, in lower case. */
  readonly transitiveTags?: readonly string[];
  readonly sessionToken: string;
  readonly expiresMs: number;
}

/** By access key id, in the account's store of {@link SESSION_REGION}. */
export const sessions = storeKey('sts sessions', () => new Map<string, Session>());

/** Keys of STS are good in every region. */
export const SESSION_REGION = 'aws-global';

/** Twelve digits as an access key id are an account. */
const ACCOUNT = /^\d{12}$/;

/** A service principal as an access key id: the launcher takes the part of Lambda and ECS. */
const SERVICE = /^[a-z0-9-]+\.amazonaws\.com$/;

/**
 * Stands before the account in the access key id of a call without a signature, and is that call's
 * user.
 */
export const ANONYMOUS = 'anonymous';

function toLetters(value: bigint): string {
  return Array.from({ length: 8 }, (_, index) => BASE32[Number((value >> BigInt(35 - index * 5)) & 31n)]).join('');
}

/**
 * The account that {@link makeAccessKeyId} wrote into a key; undefined for a key that it did not
 * make.
 */
function accountInKey(accessKeyId: string): string | undefined {
  const letters = /^ASIA([A-Z2-7]{8})[A-Z2-7]{8}$/.exec(accessKeyId)?.[1];
  if (letters === undefined) return undefined;
  const account = [...letters].reduce((value, letter) => (value << 5n) | BigInt(BASE32.indexOf(letter)), 0n);
  return account <= 999_999_999_999n ? account.toString().padStart(12, '0') : undefined;
}

/**
 * A temporary access key id that tells its account, as those of AWS do; `random` is eight letters
 * of A-Z and 2-7.
 */
export const makeAccessKeyId = (account: string, random: string) => `ASIA${toLetters(BigInt(account))}${random}`;

/**
 * The principal behind an access key: the session that STS made it for, else the root of an
 * account, for any key is welcome here. `expired` for a session past its time, `invalid` for its
 * key with another token.
 */
export function readPrincipal(
  world: World,
  { accessKeyId, sessionToken, region }: Pick<Caller, 'accessKeyId' | 'sessionToken' | 'region'>,
  defaultAccount: string,
  nowMs: number,
): Principal | 'expired' | 'invalid' {
  const encoded = accountInKey(accessKeyId);
  const session =
    encoded === undefined ? undefined : world.stores(encoded, SESSION_REGION).get(sessions).get(accessKeyId);
  if (session !== undefined) {
    if (session.sessionToken !== sessionToken) return 'invalid';
    return session.expiresMs <= nowMs ? 'expired' : session;
  }
  if (accessKeyId === ANONYMOUS) return { account: defaultAccount, arn: '', userId: ANONYMOUS };
  const [, visited] = new RegExp(`^${ANONYMOUS}:(\\d{12})$`).exec(accessKeyId) ?? [];
  if (visited !== undefined) return { account: visited, arn: '', userId: ANONYMOUS };
  if (SERVICE.test(accessKeyId)) {
    return { account: defaultAccount, arn: accessKeyId, userId: accessKeyId, service: accessKeyId };
  }
  const account = ACCOUNT.test(accessKeyId) ? accessKeyId : defaultAccount;
  return { account, arn: `arn:${partitionOf(region)}:iam::${account}:root`, userId: account };
}

/**
 * Who calls, as far as the request says it. The signature itself is not verified: any key is
 * welcome locally.
 */
export interface Caller {
  readonly accessKeyId: string;
  /** The parts of temporary credentials. */
  readonly sessionToken: string | undefined;
  readonly region: string;
  /** The signing name in the credential scope, e.g. `sqs`. */
  readonly signingName: string;
}

// A region names a file of the snapshot: names that AWS could never give are refused (the longest
// is us-isob-east-1).
const SCOPE = /^([^/\s]+)\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]+)\/aws4_request$/;

/** Global services are asked in this region where a call does not say one. */
const GLOBAL_REGION = 'us-east-1';

/**
 * AssumeRoleWithWebIdentity carries a token in place of a signature; it names the account of its
 * role.
 */
function readWebIdentity(form: URLSearchParams): Caller | undefined {
  // AssumeRoleWithSAML has no signature either; its 501 names it.
  if (!['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'].includes(form.get('Action') ?? '')) return undefined;
  const account = /^arn:[^:]+:iam::(\d{12}):/.exec(form.get('RoleArn') ?? '')?.[1];
  const accessKeyId = account === undefined ? ANONYMOUS : `${ANONYMOUS}:${account}`;
  return { accessKeyId, sessionToken: undefined, region: GLOBAL_REGION, signingName: 'sts' };
}

/**
 * The links in messages of SNS are followed without a signature; they name the account and the
 * region of their topic.
 */
function readLink(search: URLSearchParams): Caller | undefined {
  const action = search.get('Action');
  if (action !== 'ConfirmSubscription' && action !== 'Unsubscribe') return undefined;
  const arn = search.get('TopicArn') ?? search.get('SubscriptionArn') ?? '';
  const [, region, account] = /^arn:[^:]+:sns:([a-z0-9-]{1,32}):(\d{12}):/.exec(arn) ?? [];
  if (region === undefined || account === undefined) return undefined;
  return { accessKeyId: `${ANONYMOUS}:${account}`, sessionToken: undefined, region, signingName: 'sns' };
}

/**
 * The caller from the SigV4 credential scope, in the Authorization header or (presigned) the query
 * string. `missing` without either, unless the call needs none, `malformed` for anything that is
 * not SigV4.
 */
export function readCaller(request: HttpRequest): Caller | 'missing' | 'malformed' {
  const { headers, search } = request;
  const authorization = headers.authorization;
  const credential =
    authorization === undefined
      ? search.get('X-Amz-Credential')
      : (/^AWS4-HMAC-SHA256\s.*?Credential=([^,\s]+)/.exec(authorization)?.[1] ?? '');
  if (credential === null) {
    const form = readForm(request);
    return readLink(form) ?? readWebIdentity(form) ?? 'missing';
  }
  const [, accessKeyId, , region, signingName] = SCOPE.exec(credential) ?? [];
  if (accessKeyId === undefined || region === undefined || signingName === undefined) return 'malformed';
  const header = headers['x-amz-security-token'];
  const sessionToken = typeof header === 'string' ? header : (search.get('X-Amz-Security-Token') ?? undefined);
  return { accessKeyId, sessionToken, region, signingName };
}

/** The component that `md/component#NAME` in the user agent names. */
export function readComponent(headers: IncomingHttpHeaders): string | undefined {
  const agent = `${headers['user-agent'] ?? ''} ${headers['x-amz-user-agent'] ?? ''}`;
  return /(?:^|\s)md\/component#(\S+)/.exec(agent)?.[1];
}

const text = (header: string | string[] | undefined) => (typeof header === 'string' ? header : undefined);

/** The resource that a service calls for: `aws:SourceArn` and `aws:SourceAccount` of its call. */
export const readSource = (headers: IncomingHttpHeaders) => ({
  arn: text(headers['x-amz-source-arn']),
  account: text(headers['x-amz-source-account']),
});

/** The X-Ray tracing header of a request; undefined if it has none with a trace id. */
export function readTraceHeader(headers: IncomingHttpHeaders): string | undefined {
  const header = headers['x-amzn-trace-id'];
  return typeof header === 'string' && /(?:^|;)\s*Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;|$)/i.test(header)
    ? header
    : undefined;
}
