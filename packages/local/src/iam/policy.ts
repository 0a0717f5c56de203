import type { Condition } from './conditions.ts';
import { parseConditions } from './conditions.ts';
import type { Pattern } from './pattern.ts';
import { parsePattern } from './pattern.ts';

/**
 * Where a policy is attached. `identity` also stands for boundaries and session policies,
 * `resource`
 * for the policy of a queue, a key or another resource, `trust` for that of a role.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust';

/** One principal of a `Principal` element. */
export interface PolicyPrincipal {
  readonly type: 'AWS' | 'Service' | 'Federated' | 'CanonicalUser';
  /** `*` for everybody, twelve digits for an account. */
  readonly value: string;
}

export interface Statement {
  /** The `Sid`, or the place in the policy. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  /** In lower case: actions are case-insensitive. */
  readonly actions: readonly string[];
  readonly notAction: boolean;
  readonly resources: readonly Pattern[];
  readonly notResource: boolean;
  readonly principals: readonly PolicyPrincipal[];
  readonly notPrincipal: boolean;
  readonly conditions: readonly Condition[];
}

export interface Policy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

/** A policy that AWS would refuse. The message names every fault. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const STATEMENT_FIELDS = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
];

function texts(value: unknown, at: string, faults: string[]): string[] {
  const values = [value].flat();
  if (values.length === 0 || !values.every((one) => typeof one === 'string' && one !== '')) {
    faults.push(`${at} must be text or a list of texts`);
    return [];
  }
  return values.map(String);
}

/** The one of `name` and `Not{name}` that the statement has. */
function either(statement: Fields, name: string, at: string, faults: string[]) {
  const isNot = statement[`Not${name}`] !== undefined;
  if (isNot && statement[name] !== undefined) faults.push(`${at} has both ${name} and Not${name}`);
  return { isNot, value: statement[isNot ? `Not${name}` : name] };
}

const PRINCIPAL_TYPES: readonly string[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];

function parsePrincipals(value: unknown, at: string, faults: string[]): PolicyPrincipal[] {
  if (value === '*') return [{ type: 'AWS', value: '*' }];
  if (!isFields(value) || Object.keys(value).length === 0) {
    faults.push(`${at} must be "*" or an object of ${PRINCIPAL_TYPES.join(', ')}`);
    return [];
  }
  return Object.entries(value).flatMap(([type, given]) => {
    if (!PRINCIPAL_TYPES.includes(type)) {
      faults.push(`${at} has the unknown type ${type}`);
      return [];
    }
    return texts(given, `${at}.${type}`, faults).map((one) => ({ type: type as PolicyPrincipal['type'], value: one })); // among the types above
  });
}

const ACTION = /^(\*|[a-z0-9-]+:[a-z0-9*?_]+)$/i;

function parseStatement(
  given: unknown,
  index: number,
  { kind, variables }: { kind: PolicyKind; variables: boolean },
  faults: string[],
): Statement {
  const at = `Statement[${index}]`;
  const statement = isFields(given) ? given : {};
  if (!isFields(given)) faults.push(`${at} must be an object`);
  for (const name of Object.keys(statement)) {
    if (!STATEMENT_FIELDS.includes(name)) faults.push(`${at} has the unknown element ${name}`);
  }
  const { Sid, Effect } = statement;
  if (Sid !== undefined && typeof Sid !== 'string') faults.push(`${at}.Sid must be text`);
  if (Effect !== 'Allow' && Effect !== 'Deny') faults.push(`${at}.Effect must be Allow or Deny`);
  const action = either(statement, 'Action', at, faults);
  const actions = texts(action.value, `${at}.Action`, faults);
  for (const one of actions) if (!ACTION.test(one)) faults.push(`${at} has the malformed action ${one}`);
  const resource = either(statement, 'Resource', at, faults);
  if (kind === 'trust' && resource.value !== undefined) faults.push(`${at} of a role's trust must have no Resource`);
  const resources = kind === 'trust' ? ['*'] : texts(resource.value, `${at}.Resource`, faults);
  const principal = either(statement, 'Principal', at, faults);
  if (kind === 'identity' && principal.value !== undefined) {
    faults.push(`${at} of an identity-based policy must have no Principal`);
  }
  return {
    name: typeof Sid === 'string' && Sid !== '' ? Sid : String(index),
    effect: Effect === 'Deny' ? 'Deny' : 'Allow',
    actions: actions.map((one) => one.toLowerCase()),
    notAction: action.isNot,
    resources: resources.map((one) => parsePattern(one, variables)),
    notResource: resource.isNot,
    principals: kind === 'identity' ? [] : parsePrincipals(principal.value, `${at}.Principal`, faults),
    notPrincipal: principal.isNot,
    conditions: parseConditions(statement.Condition, variables, `${at}.Condition`, faults),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyError('the policy is not JSON');
  }
}

/**
 * Reads a policy document: an object, or its JSON.
 *
 * @throws PolicyError naming every fault
 */
export function parsePolicy(document: unknown, kind: PolicyKind, name = 'policy'): Policy {
  const read = typeof document === 'string' ? readJson(document) : document;
  if (!isFields(read)) throw new PolicyError('the policy must be an object');
  const faults: string[] = [];
  const { Version: version = '2008-10-17', Statement: given } = read;
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    faults.push('Version must be 2012-10-17 or 2008-10-17');
  }
  const statements = given === undefined ? [] : [given].flat();
  if (given === undefined) faults.push('Statement is missing');
  const parsed = statements.map((one, index) =>
    parseStatement(one, index, { kind, variables: version === '2012-10-17' }, faults),
  );
  if (faults.length > 0) throw new PolicyError(faults.join('; '));
  return { name, statements: parsed };
}
