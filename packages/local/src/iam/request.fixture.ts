import type { AuthorizationRequest, Decision, PolicySet, RequestPrincipal } from './evaluate.ts';
import { evaluate } from './evaluate.ts';
import type { PolicyKind } from './policy.ts';
import { parsePolicy } from './policy.ts';

export const ACCOUNT = '111122223333';
export const OTHER = '444455556666';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
export const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/worker/one`;

const PRINCIPALS: Readonly<Record<string, RequestPrincipal>> = {
  session: { kind: 'session', arn: SESSION, account: ACCOUNT, roleArn: ROLE },
  user: { kind: 'user', arn: `arn:aws:iam::${ACCOUNT}:user/carlossalazar`, account: ACCOUNT },
  root: { kind: 'root', arn: `arn:aws:iam::${ACCOUNT}:root`, account: ACCOUNT },
  sns: { kind: 'service', arn: 'sns.amazonaws.com', account: undefined },
  anonymous: { kind: 'anonymous', arn: '', account: undefined },
};

/** A request and its policies, as documents. */
export interface Given {
  readonly as?: keyof typeof PRINCIPALS;
  readonly action?: string;
  readonly on?: string;
  readonly resourceAccount?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly identity?: object;
  readonly boundary?: object;
  readonly session?: object;
  readonly resource?: object;
  readonly trust?: PolicySet['trust'];
}

export const statement = (given: object) => ({ Version: '2012-10-17', Statement: [given] });

const contextOf = (given: Given['context'] = {}) =>
  new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase(), [value].flat()]));

function decide(given: Given): Decision {
  const { as = 'session', action = 's3:GetObject', on = 'arn:aws:s3:::bucket/key' } = given;
  const read = (document: object | undefined, kind: PolicyKind) =>
    document === undefined ? undefined : parsePolicy(document, kind);
  const identity = read(given.identity, 'identity');
  const session = read(given.session, 'identity');
  const principal = PRINCIPALS[as];
  if (principal === undefined) throw new Error(`No principal ${as}`);
  const request: AuthorizationRequest = {
    principal,
    action,
    resource: on,
    resourceAccount: given.resourceAccount ?? ACCOUNT,
    context: contextOf(given.context),
  };
  return evaluate(request, {
    identity: identity === undefined ? [] : [identity],
    boundary: read(given.boundary, 'identity'),
    session: session === undefined ? undefined : [session],
    resource: read(given.resource, 'resource'),
    ...(given.trust === undefined ? {} : { trust: given.trust }),
  });
}

/** `allowed`, or the kind of denial and the policy that it came from. */
export function outcome(given: Given): string {
  const decision = decide(given);
  if (decision.allowed) return 'allowed';
  return `${decision.isExplicit ? 'explicit' : 'implicit'}: ${decision.policyType}`;
}
