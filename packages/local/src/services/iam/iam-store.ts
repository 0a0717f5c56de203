import { SESSION_REGION } from '../../core/caller.ts';
import { requireString } from '../../core/input.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { Stores } from '../../core/stores.ts';
import { storeKey } from '../../core/stores.ts';

/** Plain data. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly createdMs: number;
  description: string | undefined;
  maxSeconds: number;
  /** In JSON. */
  trust: string;
  /** Inline policies in JSON, by name. */
  readonly inline: Map<string, string>;
  /** ARNs of managed policies. */
  readonly attached: Set<string>;
  /** The ARN of a managed policy. */
  boundary: string | undefined;
  readonly tags: Map<string, string>;
}

/** Plain data. */
export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly id: string;
  readonly createdMs: number;
  readonly description: string | undefined;
  /** In JSON, by version id. */
  readonly versions: Map<string, { readonly document: string; readonly createdMs: number }>;
  defaultVersion: string;
  changedMs: number;
}

interface IamStore {
  /** By name. */
  readonly roles: Map<string, Role>;
  /** By ARN. */
  readonly policies: Map<string, ManagedPolicy>;
}

const STORE = storeKey('iam', (): IamStore => ({ roles: new Map(), policies: new Map() }));

type StoresOf = (account: string, region: string) => Stores;

/** IAM is the same in every region. */
export const iamOf = (account: string, storesOf: StoresOf): IamStore => storesOf(account, SESSION_REGION).get(STORE);

export const iamStore = ({ account, storesOf }: CallContext): IamStore => iamOf(account, storesOf);

const noSuchEntity = (what: string) => new ServiceError('NoSuchEntity', `${what} cannot be found.`, { status: 404 });

/** The role of a call's `RoleName`. @throws ServiceError `NoSuchEntity` */
export function roleOf(input: Record<string, unknown>, context: CallContext): Role {
  const name = requireString(input, 'RoleName', { min: 1, max: 64 });
  const role = iamStore(context).roles.get(name);
  context.touches(role?.arn ?? `arn:aws:iam::${context.account}:role/${name}`);
  if (role === undefined) throw noSuchEntity(`The role with name ${name}`);
  return role;
}

/** The policy of a call's `PolicyArn`. @throws ServiceError `NoSuchEntity` */
export function policyOf(input: Record<string, unknown>, context: CallContext): ManagedPolicy {
  const arn = requireString(input, 'PolicyArn', { min: 20, max: 2048 });
  context.touches(arn);
  const policy = iamStore(context).policies.get(arn);
  if (policy === undefined) throw new ServiceError('NoSuchEntity', `Policy ${arn} was not found.`, { status: 404 });
  return policy;
}

/** @throws ServiceError `NoSuchEntity` */
export function inlinePolicy({ name, inline }: Role, policy: string): string {
  const document = inline.get(policy);
  if (document === undefined) throw noSuchEntity(`The role policy with name ${policy} of the role ${name}`);
  return document;
}

/** @throws ServiceError `ValidationError` for characters that IAM takes in no name */
export function checkIamName(member: string, name: string): void {
  if (/^[\w+=,.@-]+$/.test(name)) return;
  throw new ServiceError(
    'ValidationError',
    `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
  );
}

/** @throws ServiceError `ValidationError` */
export function readPath(given: string | undefined): string {
  const path = given ?? '/';
  if (/^\/(?:[!-~]+\/)?$/.test(path)) return path;
  throw new ServiceError('ValidationError', 'The specified value for path is invalid. It must begin and end with /');
}
