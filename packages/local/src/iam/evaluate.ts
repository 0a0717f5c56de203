import { allHold } from './conditions.ts';
import type { RequestContext } from './pattern.ts';
import { fillPattern, matchesArn, matchesWildcards } from './pattern.ts';
import type { Policy, PolicyPrincipal, Statement } from './policy.ts';

/** Who asks. */
export interface RequestPrincipal {
  readonly kind: 'root' | 'user' | 'session' | 'service' | 'federated' | 'anonymous';
  /**
   * Of a session: the assumed-role ARN; of a service: its name, e.g. `sns.amazonaws.com`; of a web
   * identity: the ARN of its provider.
   */
  readonly arn: string;
  /** Undefined for services, web identities and anonymous callers. */
  readonly account: string | undefined;
  /** Of a session: the role that it assumed. */
  readonly roleArn?: string | undefined;
}

export interface AuthorizationRequest {
  readonly principal: RequestPrincipal;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: RequestContext;
}

/** The policies that bear on a request. Service control policies are not among them. */
export interface PolicySet {
  readonly identity: readonly Policy[];
  readonly boundary?: Policy | undefined;
  /** The session policies of AssumeRole: they allow what any of them allows. */
  readonly session?: readonly Policy[] | undefined;
  readonly resource?: Policy | undefined;
  /**
   * `policy` for KMS keys and roles, whose own policy must let the account's policies count.
   *
   * @defaultValue `account`: an identity-based policy of the resource's account is enough
   */
  readonly trust?: 'account' | 'policy';
}

/** The policy types in AWS's words. */
export type PolicyType = 'identity-based policy' | 'resource-based policy' | 'permissions boundary' | 'session policy';

export type Decision =
  /** `by` names the statements that allow it, as `policy/statement`. */
  | { readonly allowed: true; readonly by: readonly string[] }
  | { readonly allowed: false; readonly isExplicit: boolean; readonly policyType: PolicyType };

/** How closely a resource's policy names the caller. */
type Closeness = 'none' | 'account' | 'role' | 'direct';

const ORDER: readonly Closeness[] = ['none', 'account', 'role', 'direct'];

function closenessTo({ type, value }: PolicyPrincipal, principal: RequestPrincipal): Closeness {
  const { kind, arn, account, roleArn } = principal;
  if (type === 'Service') return kind === 'service' && value === arn ? 'direct' : 'none';
  if (type === 'Federated') return kind === 'federated' && value === arn ? 'direct' : 'none';
  if (type !== 'AWS') return 'none';
  if (value === '*') return 'direct';
  if (account === undefined) return 'none';
  if (value === arn && kind !== 'root') return 'direct';
  if (roleArn !== undefined && value === roleArn) return 'role';
  return value === account || /^arn:[^:]+:iam::(\d{12}):root$/.exec(value)?.[1] === account ? 'account' : 'none';
}

function closenessOf({ principals, notPrincipal }: Statement, principal: RequestPrincipal): Closeness {
  let closest: Closeness = 'none';
  for (const one of principals) {
    const closeness = closenessTo(one, principal);
    if (ORDER.indexOf(closeness) > ORDER.indexOf(closest)) closest = closeness;
  }
  if (notPrincipal) return closest === 'none' ? 'direct' : 'none';
  return closest;
}

/** Whether action, resource and conditions of a statement match. */
function applies(statement: Statement, { action, resource, context }: AuthorizationRequest): boolean {
  const wanted = action.toLowerCase();
  if (statement.actions.some((one) => matchesWildcards(one, wanted)) === statement.notAction) return false;
  const named = statement.resources.some((one) => {
    const pattern = fillPattern(one, context);
    return pattern !== undefined && matchesArn(pattern, resource);
  });
  return named !== statement.notResource && allHold(statement.conditions, context);
}

interface Findings {
  readonly denies: boolean;
  readonly allows: readonly string[];
  readonly closeness: Closeness;
}

/** The matching statements of some policies; with `principal`, those that name the caller. */
function examine(
  policies: readonly Policy[],
  request: AuthorizationRequest,
  principal?: RequestPrincipal | undefined,
): Findings {
  const allows: string[] = [];
  let denies = false;
  let closeness: Closeness = 'none';
  for (const { name, statements } of policies) {
    for (const statement of statements) {
      const close = principal === undefined ? 'direct' : closenessOf(statement, principal);
      if (close === 'none' || !applies(statement, request)) continue;
      if (statement.effect === 'Deny') {
        denies = true;
        continue;
      }
      allows.push(`${name}/${statement.name}`);
      if (ORDER.indexOf(close) > ORDER.indexOf(closeness)) closeness = close;
    }
  }
  return { denies, allows, closeness };
}

const deny = (policyType: PolicyType, isExplicit = false): Decision => ({ allowed: false, isExplicit, policyType });

/**
 * Decides one request as IAM does: an explicit deny in any policy wins; a resource's policy that
 * names the session, or everybody, allows within the account whatever the other policies leave out;
 * one that names the role is limited by boundary and session policies; across accounts both sides
 * must allow. Source: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow
 * or
 * deny access", and "Cross-account policy evaluation logic". Service control policies and resource
 * control policies do not exist here.
 */
export function evaluate(request: AuthorizationRequest, policies: PolicySet): Decision {
  const { principal, resourceAccount } = request;
  const identity = examine(policies.identity, request);
  const boundary = policies.boundary && examine([policies.boundary], request);
  const session = policies.session && examine(policies.session, request);
  const resource = examine(policies.resource === undefined ? [] : [policies.resource], request, principal);
  if (identity.denies) return deny('identity-based policy', true);
  if (resource.denies) return deny('resource-based policy', true);
  if (boundary?.denies) return deny('permissions boundary', true);
  if (session?.denies) return deny('session policy', true);

  if (principal.account === undefined) {
    return resource.closeness === 'direct' ? { allowed: true, by: resource.allows } : deny('resource-based policy');
  }
  const isIdentityAllowed = principal.kind === 'root' || identity.allows.length > 0;
  const isSameAccount = principal.account === resourceAccount;
  // Within an account, a policy that names only the account grants nothing by itself.
  const counts = !isSameAccount || resource.closeness === 'direct' || resource.closeness === 'role';
  const by = counts ? [...identity.allows, ...resource.allows] : identity.allows;
  const limit = (): Decision => {
    if (boundary !== undefined && boundary.allows.length === 0) return deny('permissions boundary');
    if (session !== undefined && session.allows.length === 0) return deny('session policy');
    return { allowed: true, by };
  };
  if (!isSameAccount) {
    if (!isIdentityAllowed) return deny('identity-based policy');
    return resource.closeness === 'none' ? deny('resource-based policy') : limit();
  }
  if (resource.closeness === 'direct') return { allowed: true, by };
  if (resource.closeness === 'role') return limit();
  if (policies.trust === 'policy' && resource.closeness !== 'account') return deny('resource-based policy');
  return isIdentityAllowed ? limit() : deny('identity-based policy');
}
