import type { IncomingHttpHeaders } from 'node:http';
import type { HttpRequest } from './http-request.ts';
import { ANONYMOUS } from './principal.ts';
import { readForm } from './read-form.ts';

/** Who calls, as far as the request says it. The signature itself is not verified: any key is welcome locally. */
export interface Caller {
  readonly accessKeyId: string;
  /** What temporary keys come with. */
  readonly sessionToken: string | undefined;
  readonly region: string;
  /** The signing name in the credential scope, e.g. `sqs`. */
  readonly signingName: string;
}

// A region names a file of the snapshot: names that AWS could never give are refused (the longest is us-isob-east-1).
const SCOPE = /^([^/\s]+)\/(\d{8})\/([a-z0-9-]{1,32})\/([a-z0-9-]+)\/aws4_request$/;

/** Global services are asked in this region where a call does not say one. */
const GLOBAL_REGION = 'us-east-1';

/** AssumeRoleWithWebIdentity carries a token in place of a signature; it names the account of its role. */
function readWebIdentity(form: URLSearchParams): Caller | undefined {
  if (form.get('Action') !== 'AssumeRoleWithWebIdentity') return undefined;
  const account = /^arn:[^:]+:iam::(\d{12}):/.exec(form.get('RoleArn') ?? '')?.[1];
  const accessKeyId = account === undefined ? ANONYMOUS : `${ANONYMOUS}:${account}`;
  return { accessKeyId, sessionToken: undefined, region: GLOBAL_REGION, signingName: 'sts' };
}

/** The links in messages of SNS are followed without a signature; they name the account and the region of their topic. */
function readLink(search: URLSearchParams): Caller | undefined {
  const action = search.get('Action');
  if (action !== 'ConfirmSubscription' && action !== 'Unsubscribe') return undefined;
  const arn = search.get('TopicArn') ?? search.get('SubscriptionArn') ?? '';
  const [, region, account] = /^arn:[^:]+:sns:([a-z0-9-]{1,32}):(\d{12}):/.exec(arn) ?? [];
  if (region === undefined || account === undefined) return undefined;
  return { accessKeyId: `${ANONYMOUS}:${account}`, sessionToken: undefined, region, signingName: 'sns' };
}

/**
 * The caller from the SigV4 credential scope, in the Authorization header or (presigned) the query string. `missing` without
 * either, unless the call needs none, `malformed` for anything that is not SigV4.
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
