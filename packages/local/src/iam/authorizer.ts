import type { Authorizer, ConditionKeys, ServiceCall, UserCall } from '../core/authorizer.ts';
import type { CallLog } from '../core/call-log.ts';
import type { Principal } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import type { World } from '../core/stores.ts';
import { accessDenied } from './access-denied.ts';
import type { Decision, PolicySet, RequestPrincipal } from './evaluate.ts';
import { evaluate } from './evaluate.ts';
import { callKeys, contextOf, resourceKeys, timeKeys } from './request-context.ts';
import { REQUESTS } from './requests/requests.ts';
import { factsOf } from './resource-facts.ts';
import { findRole, PolicyCache, policiesOfRole } from './role-policies.ts';

/** The parts of the endpoint that permissions are read from. */
interface AuthorizerSources {
  readonly world: World;
  readonly clock: Clock;
  readonly calls: CallLog;
}

function principalOf(principal: Principal, keys: ConditionKeys): RequestPrincipal {
  const { arn, account, session, service } = principal;
  if (service !== undefined) return { kind: 'service', arn: service, account: undefined };
  if (session !== undefined) return { kind: 'session', arn, account, roleArn: session.roleArn };
  if (arn !== '') return { kind: 'root', arn, account };
  const provider = keys['aws:FederatedProvider'];
  return typeof provider === 'string'
    ? { kind: 'federated', arn: provider, account: undefined }
    : { kind: 'anonymous', arn: '', account: undefined };
}

/** A service that assumes a role is a session of it, under a name that AWS does not document. */
const SERVICE_SESSION = 'service';

/** The resource that a service calls for. */
const sourceKeys = ({ source, account }: UserCall): ConditionKeys =>
  source === undefined
    ? {}
    : { 'aws:SourceArn': source.arn, 'aws:SourceAccount': source.account ?? source.arn?.split(':')[4] ?? account };

/** Links of SNS carry a token in place of a signature. */
const isLink = ({ service, principal }: UserCall) => service === 'sns' && principal.arn === '';

/**
 * Enforces the policies that the endpoint holds. The root of an account may do everything in it.
 */
export function createAuthorizer({ world, clock, calls }: AuthorizerSources): Authorizer {
  const cache = new PolicyCache();
  const storesOf = (account: string, region: string) => world.stores(account, region);

  /** The facts, the policies and the keys of a resource. */
  function about(resource: string, region: string, ownAccount: string) {
    const { policy, account, tags, hashKey, isTrusting } = factsOf(resource, { clock, region, storesOf }, ownAccount);
    const kind = isTrusting && resource.includes(':role/') ? 'trust' : 'resource';
    const policies: Pick<PolicySet, 'resource' | 'trust'> = {
      resource: policy === undefined ? undefined : cache.read(policy, kind, resource),
      trust: isTrusting ? 'policy' : 'account',
    };
    return { account, hashKey, policies, keys: resourceKeys(account, tags) };
  }

  /** A role's trust decides about sessions of it only. */
  const withTrust = (action: string, policies: Pick<PolicySet, 'resource' | 'trust'>): typeof policies =>
    action.startsWith('iam:') ? {} : policies;

  function decide(call: UserCall, action: string, resource: string, keys: ConditionKeys): Decision {
    const principal = principalOf(call.principal, keys);
    const found = about(resource, call.region, call.account);
    if (principal.kind === 'root' && principal.account === found.account) return { allowed: true, by: [] };
    const { session } = call.principal;
    const role = session && findRole(session.roleArn, storesOf);
    const operation = REQUESTS[call.service]?.[call.operation];
    const context = contextOf(
      callKeys(call, principal, role?.tags ?? new Map(), clock.now()),
      sourceKeys(call),
      found.keys,
      operation?.keys?.(call.input, { action, resource, hashKey: found.hashKey }) ?? {},
      keys,
    );
    const sessionPolicies = session?.policies.map((document) => cache.read(document, 'identity', 'session'));
    return evaluate(
      { principal, action, resource, resourceAccount: found.account, context },
      {
        ...policiesOfRole(role, storesOf, cache),
        session: sessionPolicies?.length ? sessionPolicies : undefined,
        ...withTrust(action, found.policies),
      },
    );
  }

  function check(call: UserCall, action: string, resource: string, keys: ConditionKeys = {}): readonly string[] {
    if (isLink(call)) return [];
    const decision = decide(call, action, resource, keys);
    if (decision.allowed) return decision.by;
    throw accessDenied(call.service, call.principal.arn || 'anonymous', action, resource, decision);
  }

  /** One check of a service, as itself or as a role. */
  function decideFor(call: ServiceCall, action: string, resource: string, roleArn: string | undefined): Decision {
    const { sourceArn, region, keys = {} } = call;
    const sourceAccount = call.sourceAccount ?? sourceArn.split(':')[4] ?? '';
    const found = about(resource, region, sourceAccount);
    const role = roleArn === undefined ? undefined : findRole(roleArn, storesOf);
    const principal: RequestPrincipal =
      role === undefined
        ? { kind: 'service', arn: call.from, account: undefined }
        : {
            kind: 'session',
            arn: `${role.arn.replace(':iam:', ':sts:').replace(/:role\/.*$/, ':assumed-role/')}${role.name}/${SERVICE_SESSION}`,
            account: role.arn.split(':')[4],
            roleArn: role.arn,
          };
    // A role that a service has assumed carries no source any more.
    const source =
      role === undefined
        ? {
            'aws:SourceArn': sourceArn,
            'aws:SourceAccount': sourceAccount,
            // SNS guide: the owner of the resource that a service acts for.
            'aws:SourceOwner': sourceAccount,
            'aws:PrincipalIsAWSService': 'true',
            'aws:PrincipalServiceName': call.from,
          }
        : { 'aws:PrincipalArn': role.arn, 'aws:PrincipalAccount': principal.account };
    const context = contextOf(
      timeKeys(clock.now()),
      { 'aws:SecureTransport': 'true', 'aws:RequestedRegion': region },
      source,
      found.keys,
      keys,
    );
    return evaluate(
      { principal, action, resource, resourceAccount: found.account, context },
      { ...policiesOfRole(role, storesOf, cache), ...withTrust(action, found.policies) },
    );
  }

  function permits(call: ServiceCall): boolean {
    const { from, action, resource, roleArn } = call;
    const steps = [
      ...(roleArn === undefined ? [] : [{ action: 'sts:AssumeRole', resource: roleArn, as: undefined }]),
      { action, resource, as: roleArn },
    ];
    for (const step of steps) {
      const decision = decideFor(call, step.action, step.resource, step.as);
      const [service = '', operation = ''] = step.action.split(':');
      calls.add({
        atMs: clock.now(),
        service,
        operation,
        touched: [
          {
            action: step.action,
            resource: step.resource,
            ...(decision.allowed ? { allowedBy: decision.by } : { allowedBy: undefined, denied: true as const }),
          },
        ],
        component: undefined,
        accessKeyId: '',
        principal: step.as ?? from,
        status: decision.allowed ? 200 : 403,
        error: decision.allowed ? undefined : 'AccessDenied',
        durationMs: 0,
      });
      if (!decision.allowed) return false;
    }
    return true;
  }

  return {
    check,
    unnamedAction: (service, operation) => {
      const row = REQUESTS[service]?.[operation];
      return row?.unnamed ? row.actions[0] : undefined;
    },
    permits,
  };
}
