import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, randomBytes, randomUUID } from 'node:crypto';
import { constraint, requireString } from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import type { Stores } from '../../core/stores.ts';
import { storeKey } from '../../core/stores.ts';
import type { KeyUsage } from './key-spec.ts';
import { KEY_SPECS, SYMMETRIC } from './key-spec.ts';

/** Material of a key. A symmetric key keeps the older ones, for what they have encrypted. */
interface KeyMaterial {
  readonly id: string;
  /** Random bytes, or the private key of an asymmetric key in PKCS #8. */
  readonly bytes: Buffer;
  readonly createdMs: number;
  /** How it came about; the first one came with the key. */
  readonly rotation: 'AUTOMATIC' | 'ON_DEMAND' | undefined;
}

export interface KmsKey {
  readonly id: string;
  readonly arn: string;
  readonly account: string;
  readonly createdMs: number;
  readonly manager: 'AWS' | 'CUSTOMER';
  /** One of KEY_SPECS. */
  readonly spec: string;
  readonly usage: KeyUsage;
  readonly multiRegion: boolean;
  readonly tags: Map<string, string>;
  /** Oldest first, never empty. */
  readonly materials: KeyMaterial[];
  description: string;
  policy: string;
  enabled: boolean;
  deletionMs: number | undefined;
  /** Automatic rotation, when it is on. */
  rotation: { readonly periodDays: number; nextMs: number } | undefined;
}

export interface Alias {
  readonly name: string;
  readonly createdMs: number;
  targetId: string;
  updatedMs: number;
}

interface KmsState {
  readonly keys: Map<string, KmsKey>;
  /** By name, `alias/` included. */
  readonly aliases: Map<string, Alias>;
}

const kmsState = storeKey('kms', (): KmsState => ({ keys: new Map(), aliases: new Map() }));

/** The customer's key of this id, ARN or alias in an account and region; undefined without one. */
export function customerKey(id: string | undefined, stores: Stores): KmsKey | undefined {
  if (id === undefined || id === '') return undefined;
  const { keys, aliases } = stores.get(kmsState);
  const name = id.startsWith('arn:') ? id.slice(id.lastIndexOf(':') + 1) : id;
  const key = keys.get(aliases.get(name)?.targetId ?? name.replace(/^key\//, ''));
  return key?.manager === 'CUSTOMER' ? key : undefined;
}

export const DAY_MS = 86_400_000;

export const newMaterial = (spec: string, createdMs: number, rotation?: 'AUTOMATIC' | 'ON_DEMAND'): KeyMaterial => ({
  id: randomBytes(32).toString('hex'),
  bytes: (KEY_SPECS[spec] ?? SYMMETRIC).create(),
  createdMs,
  rotation,
});

/** The newest material of a key. */
export function materialOf({ materials, arn }: KmsKey): Buffer {
  const newest = materials.at(-1);
  if (newest === undefined) throw new Error(`Cannot use ${arn}: it has no key material`);
  return newest.bytes;
}

export const isSymmetric = ({ spec }: KmsKey): boolean => spec === 'SYMMETRIC_DEFAULT';

/** The private key of an asymmetric key. */
export const privateKeyOf = (key: KmsKey): KeyObject =>
  createPrivateKey({ key: materialOf(key), format: 'der', type: 'pkcs8' });

export const publicKeyOf = (key: KmsKey): KeyObject => createPublicKey(privateKeyOf(key));

/** Rotates what has fallen due. A key that cannot be used waits until it can. */
function rotateWhenDue(key: KmsKey, nowMs: number): void {
  const { rotation } = key;
  if (rotation === undefined || !key.enabled || key.deletionMs !== undefined) return;
  while (rotation.nextMs <= nowMs) {
    key.materials.push(newMaterial(key.spec, rotation.nextMs, 'AUTOMATIC'));
    rotation.nextMs += rotation.periodDays * DAY_MS;
  }
}

/**
 * Keys and aliases of an account and region, brought up to the clock: deleted keys are gone, their
 * aliases with them.
 */
export function liveState(
  { storesOf, clock }: Pick<CallContext, 'storesOf' | 'clock'>,
  account: string,
  region: string,
): KmsState {
  const state = storesOf(account, region).get(kmsState);
  const now = clock.now();
  for (const key of state.keys.values()) {
    if (key.deletionMs === undefined || key.deletionMs > now) {
      rotateWhenDue(key, now);
      continue;
    }
    state.keys.delete(key.id);
    for (const alias of state.aliases.values()) if (alias.targetId === key.id) state.aliases.delete(alias.name);
  }
  return state;
}

/** @throws ServiceError `KMSInvalidStateException` for a key that is to be deleted. */
export function checkNotDeleted(key: KmsKey): void {
  if (key.deletionMs !== undefined) {
    throw new ServiceError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  }
}

/**
 * @throws ServiceError `KMSInvalidStateException` or `DisabledException` for a key that cannot be
 *   used now.
 */
export function checkUsable(key: KmsKey): void {
  checkNotDeleted(key);
  if (!key.enabled) throw new ServiceError('DisabledException', `${key.arn} is disabled.`);
}

type Owner = Pick<CallContext, 'account' | 'region' | 'clock'>;

/** The policy of a key that is created without one: the account's IAM policies decide. */
const defaultPolicy = (account: string, region: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partitionOf(region)}:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

/** A key with new material, not in a store yet. */
export function newKey(
  { account, region, clock }: Owner,
  options: {
    readonly manager: KmsKey['manager'];
    readonly description: string;
    readonly policy?: string | undefined;
    readonly multiRegion?: boolean;
    readonly spec?: string;
    readonly usage?: KeyUsage;
  },
): KmsKey {
  const { manager, description, policy = defaultPolicy(account, region), multiRegion = false } = options;
  const { spec = 'SYMMETRIC_DEFAULT', usage = 'ENCRYPT_DECRYPT' } = options;
  const id = multiRegion ? `mrk-${randomBytes(16).toString('hex')}` : randomUUID();
  return {
    id,
    arn: `arn:${partitionOf(region)}:kms:${region}:${account}:key/${id}`,
    account,
    createdMs: clock.now(),
    manager,
    spec,
    usage,
    multiRegion,
    tags: new Map(),
    materials: [newMaterial(spec, clock.now())],
    description,
    policy,
    enabled: true,
    deletionMs: undefined,
    rotation: undefined,
  };
}

const PREFIX = 'alias/aws/';

/**
 * "The response might include aliases that have no TargetKeyId: AWS has not yet associated them
 * with a key" (ListAliases).
 */
export const PREDEFINED_ALIASES = [
  'acm',
  'dynamodb',
  'ebs',
  'elasticfilesystem',
  'es',
  'glue',
  'kinesisvideo',
  'lambda',
  'rds',
  'redshift',
  's3',
  'secretsmanager',
  'ssm',
  'xray',
].map((service) => `${PREFIX}${service}`);

const isAwsManaged = (alias: string) => alias.startsWith(PREFIX);

/**
 * The key of a service in this account and region, e.g. of `alias/aws/ssm`: made on its first use.
 */
function awsManagedKey(alias: string, context: CallContext): KmsKey {
  const { keys, aliases } = liveState(context, context.account, context.region);
  const existing = keys.get(aliases.get(alias)?.targetId ?? '');
  if (existing !== undefined) return existing;
  const service = alias.slice(PREFIX.length);
  const key = newKey(context, {
    manager: 'AWS',
    description: `Default key that protects my ${service} data when no other key is defined`,
  });
  const now = context.clock.now();
  // AWS rotates the keys that it manages every year.
  key.rotation = { periodDays: 365, nextMs: now + 365 * DAY_MS };
  keys.set(key.id, key);
  aliases.set(alias, { name: alias, createdMs: now, updatedMs: now, targetId: key.id });
  return key;
}

export const aliasArn = (name: string, { account, region }: Pick<CallContext, 'account' | 'region'>) =>
  `arn:${partitionOf(region)}:kms:${region}:${account}:${name}`;

/**
 * The `AliasName` of a call that changes it.
 *
 * @throws ServiceError `InvalidAliasNameException`, `NotAuthorizedException` for `alias/aws/`
 */
export function readAliasName(input: Record<string, unknown>, context: CallContext): string {
  const name = requireString(input, 'AliasName', { min: 1, max: 256 });
  context.touches(aliasArn(name, context));
  if (!/^[a-zA-Z0-9:/_-]+$/.test(name)) {
    throw constraint('AliasName', 'satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$', name);
  }
  if (!name.startsWith('alias/') || name === 'alias/') {
    // Recorded on AWS.
    throw new ServiceError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (name.includes(':'))
    throw new ServiceError('InvalidAliasNameException', `${name} contains invalid characters for an alias`);
  if (isAwsManaged(name)) throw new ServiceError('NotAuthorizedException', '');
  return name;
}

/** @throws ServiceError `NotFoundException` */
export function findAlias(name: string, context: CallContext): Alias {
  const alias = liveState(context, context.account, context.region).aliases.get(name);
  if (alias === undefined) {
    throw new ServiceError('NotFoundException', `Alias ${aliasArn(name, context)} is not found.`);
  }
  return alias;
}

const ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):(\d{12}):((?:key|alias)\/.+)$/;
const KEY_ID = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const notFound = (message: string) => new ServiceError('NotFoundException', message);

/** The key that `id` names (a key id, a key's ARN, an alias or its ARN), and its account. */
function readKeyId(id: string, { account, region }: CallContext) {
  if (!id.startsWith('arn:')) return { account, resource: id.startsWith('alias/') ? id : `key/${id}`, raw: id };
  const [, itsRegion, itsAccount, resource] = ARN.exec(id) ?? [];
  if (itsAccount === undefined || resource === undefined) {
    throw new ServiceError('InvalidArnException', `Invalid arn ${id}`);
  }
  if (itsRegion !== region) throw notFound(`Invalid arn ${itsRegion}`);
  return { account: itsAccount, resource, raw: id };
}

function byId(id: string, account: string, context: CallContext): KmsKey {
  if (!KEY_ID.test(id)) throw notFound(`Invalid keyId '${id}'`);
  const key = liveState(context, account, context.region).keys.get(id);
  if (key === undefined) {
    throw notFound(
      `Key 'arn:${partitionOf(context.region)}:kms:${context.region}:${account}:key/${id}' does not exist`,
    );
  }
  return key;
}

/**
 * The key that `id` names: by id, ARN, alias or alias ARN, in another account by ARN. The key
 * behind `alias/aws/SERVICE` is made when it is first asked for.
 *
 * @throws ServiceError `NotFoundException`, `InvalidArnException`
 */
export function findKey(id: string, context: CallContext): KmsKey {
  const { account, resource } = readKeyId(id, context);
  if (resource.startsWith('key/')) return byId(resource.slice(4), account, context);
  if (isAwsManaged(resource) && account === context.account) return awsManagedKey(resource, context);
  const { keys, aliases } = liveState(context, account, context.region);
  const key = keys.get(aliases.get(resource)?.targetId ?? '');
  if (key === undefined)
    throw notFound(
      `Alias arn:${partitionOf(context.region)}:kms:${context.region}:${account}:${resource} is not found.`,
    );
  return key;
}

/** The key of a call's `KeyId` (or another member), named in the call log. */
export function requestedKey(input: Record<string, unknown>, context: CallContext, member = 'KeyId'): KmsKey {
  const key = findKey(requireString(input, member, { min: 1, max: 2048 }), context);
  context.touches(key.arn);
  return key;
}

/**
 * The key of a call that manages it: aliases are not taken there, nor keys that AWS manages where
 * the call would change one.
 */
export function managedKey(input: Record<string, unknown>, context: CallContext, effect: 'read' | 'change'): KmsKey {
  const id = requireString(input, 'KeyId', { min: 1, max: 2048 });
  const { account, resource } = readKeyId(id, context);
  if (!resource.startsWith('key/')) throw notFound(`Invalid keyId '${id}'`);
  const key = byId(resource.slice(4), account, context);
  context.touches(key.arn);
  if (effect === 'change' && key.manager === 'AWS') {
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${context.principal.arn} is not authorized to perform: kms:${context.action} on resource: ${key.arn} because no resource-based policy allows the kms:${context.action} action`,
    );
  }
  return key;
}
