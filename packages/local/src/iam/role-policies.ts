import type { Stores } from '../core/stores.ts';
import { awsManagedDocument } from '../services/iam/aws-managed-policies.ts';
import type { Role } from '../services/iam/iam-store.ts';
import { iamOf } from '../services/iam/iam-store.ts';
import type { PolicySet } from './evaluate.ts';
import type { Policy, PolicyKind } from './policy.ts';
import { PolicyError, parsePolicy } from './policy.ts';

const NOTHING: Policy['statements'] = [];
const DENY_ALL = parsePolicy(
  { Statement: { Sid: 'Malformed', Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' } },
  'resource',
).statements;

/** Policies change rarely and are read on every call. */
export class PolicyCache {
  readonly #read = new Map<string, Map<string, Policy['statements']>>();

  /**
   * A document that AWS would refuse grants nothing, since services here keep some unread. As a
   * resource's policy it denies everything, since its own denials cannot be read.
   */
  read(document: string, kind: PolicyKind, name: string): Policy {
    const ofKind = this.#read.get(kind) ?? new Map<string, Policy['statements']>();
    this.#read.set(kind, ofKind);
    let statements = ofKind.get(document);
    if (statements === undefined) {
      if (ofKind.size > 10_000) ofKind.clear();
      statements = this.#parse(document, kind);
      ofKind.set(document, statements);
    }
    return { name, statements };
  }

  #parse(document: string, kind: PolicyKind): Policy['statements'] {
    try {
      return parsePolicy(document, kind).statements;
    } catch (error) {
      if (error instanceof PolicyError) return kind === 'resource' ? DENY_ALL : NOTHING;
      throw error;
    }
  }
}

type StoresOf = (account: string, region: string) => Stores;

const nameIn = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);

function managed(arn: string, storesOf: StoresOf, cache: PolicyCache): Policy {
  const name = nameIn(arn);
  const policy = iamOf(arn.split(':')[4] ?? '', storesOf).policies.get(arn);
  const document = awsManagedDocument(arn) ?? policy?.versions.get(policy.defaultVersion)?.document;
  return document === undefined ? { name, statements: NOTHING } : cache.read(document, 'identity', name);
}

/** The role with this ARN. */
export function findRole(arn: string, storesOf: StoresOf): Role | undefined {
  const role = iamOf(arn.split(':')[4] ?? '', storesOf).roles.get(nameIn(arn));
  return role?.arn === arn ? role : undefined;
}

/** The policies of a role and its boundary. */
export function policiesOfRole(
  role: Role | undefined,
  storesOf: StoresOf,
  cache: PolicyCache,
): Pick<PolicySet, 'identity' | 'boundary'> {
  if (role === undefined) return { identity: [] };
  return {
    identity: [
      ...[...role.inline].map(([name, document]) => cache.read(document, 'identity', name)),
      ...[...role.attached].map((arn) => managed(arn, storesOf, cache)),
    ],
    boundary: role.boundary === undefined ? undefined : managed(role.boundary, storesOf, cache),
  };
}
