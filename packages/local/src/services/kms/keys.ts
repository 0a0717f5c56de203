import { constraint, readBoolean, readInteger, readString, requireString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { listPage } from './input.ts';
import type { KeyUsage } from './key-spec.ts';
import { algorithmsOf, KEY_SPECS } from './key-spec.ts';
import type { KmsKey } from './key-store.ts';
import {
  checkNotDeleted,
  checkUsable,
  DAY_MS,
  isSymmetric,
  liveState,
  managedKey,
  newKey,
  newMaterial,
  requestedKey,
} from './key-store.ts';
import { addKeyTags } from './tags.ts';

const malformed = () =>
  new ServiceError('MalformedPolicyDocumentException', 'The policy is not a valid JSON document with statements.');

/**
 * The form of a policy; what it allows is not judged here.
 *
 * @throws ServiceError `MalformedPolicyDocumentException`
 */
function checkPolicy(policy: string): string {
  try {
    const document: unknown = JSON.parse(policy);
    if (typeof document === 'object' && document !== null && 'Statement' in document) return policy;
  } catch {
    // refused below, like JSON that is not a policy
  }
  throw malformed();
}

/** AWS JSON carries times as seconds. */
export const seconds = (ms: number) => ms / 1000;

function stateOf({ deletionMs, enabled }: KmsKey): string {
  if (deletionMs !== undefined) return 'PendingDeletion';
  return enabled ? 'Enabled' : 'Disabled';
}

/** The `KeyMetadata` shape. */
const writeKey = (key: KmsKey) => ({
  AWSAccountId: key.account,
  KeyId: key.id,
  Arn: key.arn,
  CreationDate: seconds(key.createdMs),
  Enabled: stateOf(key) === 'Enabled',
  Description: key.description,
  KeyUsage: key.usage,
  KeyState: stateOf(key),
  DeletionDate: key.deletionMs === undefined ? undefined : seconds(key.deletionMs),
  Origin: 'AWS_KMS',
  KeyManager: key.manager,
  CustomerMasterKeySpec: key.spec,
  KeySpec: key.spec,
  EncryptionAlgorithms: key.usage === 'ENCRYPT_DECRYPT' ? algorithmsOf(key.spec, key.usage) : undefined,
  SigningAlgorithms: key.usage === 'SIGN_VERIFY' ? algorithmsOf(key.spec, key.usage) : undefined,
  MacAlgorithms: key.usage === 'GENERATE_VERIFY_MAC' ? algorithmsOf(key.spec, key.usage) : undefined,
  MultiRegion: key.multiRegion,
  MultiRegionConfiguration: key.multiRegion
    ? {
        MultiRegionKeyType: 'PRIMARY',
        PrimaryKey: { Arn: key.arn, Region: key.arn.split(':')[3] },
        ReplicaKeys: [],
      }
    : undefined,
  // Only symmetric encryption keys rotate.
  CurrentKeyMaterialId: isSymmetric(key) ? key.materials.at(-1)?.id : undefined,
});

const unsupported = (member: string, value: string) =>
  new ServiceError(
    'NotImplemented',
    `Cannot answer kms CreateKey: the local endpoint does not implement ${member} ${value}`,
    { status: 501 },
  );

const SPECS = Object.keys(KEY_SPECS);

/** Specs and usages of AWS that are not here. Source: API reference, CreateKey. */
const ELSEWHERE = ['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87', 'SM2', 'KEY_AGREEMENT'];

/**
 * @throws ServiceError `ValidationException`, and 501 for keys that AWS has and this endpoint has
 *   not
 */
function readKind(input: Record<string, unknown>): { readonly spec: string; readonly usage: KeyUsage } {
  const spec = readString(input, 'KeySpec') ?? readString(input, 'CustomerMasterKeySpec') ?? 'SYMMETRIC_DEFAULT';
  const requested = readString(input, 'KeyUsage');
  const origin = readString(input, 'Origin') ?? 'AWS_KMS';
  if (ELSEWHERE.includes(spec)) throw unsupported('KeySpec', spec);
  if (requested !== undefined && ELSEWHERE.includes(requested)) throw unsupported('KeyUsage', requested);
  if (origin !== 'AWS_KMS') throw unsupported('Origin', origin);
  const kind = KEY_SPECS[spec];
  if (kind === undefined) throw constraint('KeySpec', `satisfy enum value set: [${SPECS.join(', ')}]`, spec);
  if (requested === undefined && kind.mustSayUsage) {
    throw new ServiceError(
      'ValidationException',
      'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
    );
  }
  const usage = kind.usages.find((candidate) => candidate === (requested ?? kind.usages[0]));
  // Recorded on AWS by LocalStack (test_kms.py, test_create_key_invalid_usage).
  if (usage === undefined) {
    throw new ServiceError('ValidationException', `KeyUsage ${requested} is not compatible with KeySpec ${spec}`);
  }
  return { spec, usage };
}

export const createKey: Action = (input, context) => {
  context.touches('*');
  const { spec, usage } = readKind(input);
  const policy = readString(input, 'Policy', { min: 1, max: 131_072 });
  const key = newKey(context, {
    manager: 'CUSTOMER',
    spec,
    usage,
    description: readString(input, 'Description', { max: 8192 }) ?? '',
    policy: policy === undefined ? undefined : checkPolicy(policy),
    multiRegion: readBoolean(input, 'MultiRegion') ?? false,
  });
  addKeyTags(key.tags, input);
  liveState(context, context.account, context.region).keys.set(key.id, key);
  return { KeyMetadata: writeKey(key) };
};

export const describeKey: Action = (input, context) => ({ KeyMetadata: writeKey(requestedKey(input, context)) });

const setEnabled =
  (enabled: boolean): Action =>
  (input, context) => {
    const key = managedKey(input, context, 'change');
    checkNotDeleted(key);
    key.enabled = enabled;
    return {};
  };

export const enableKey = setEnabled(true);
export const disableKey = setEnabled(false);

export const listKeys: Action = (input, context) => {
  context.touches('*');
  const { keys } = liveState(context, context.account, context.region);
  const { items, tail } = listPage(input, keys.values(), ({ id }) => id, 100);
  return { Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })), ...tail };
};

export const updateKeyDescription: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  const description = readString(input, 'Description', { max: 8192 });
  if (description === undefined) throw constraint('Description', 'not be null');
  checkNotDeleted(key);
  key.description = description;
  return {};
};

/** From the API reference of ScheduleKeyDeletion. */
const WINDOW = { min: 7, max: 30 };

export const scheduleKeyDeletion: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  const days = readInteger(input, 'PendingWindowInDays', WINDOW) ?? WINDOW.max;
  checkNotDeleted(key);
  key.deletionMs = context.clock.now() + days * DAY_MS;
  return {
    KeyId: key.arn,
    DeletionDate: seconds(key.deletionMs),
    KeyState: 'PendingDeletion',
    PendingWindowInDays: days,
  };
};

/** The key comes back disabled. */
export const cancelKeyDeletion: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  if (key.deletionMs === undefined) {
    throw new ServiceError('KMSInvalidStateException', `${key.arn} is not pending deletion.`);
  }
  key.deletionMs = undefined;
  key.enabled = false;
  return { KeyId: key.arn };
};

/** The only policy name there is. */
const NAME = 'default';

function checkName(input: Record<string, unknown>): void {
  const name = readString(input, 'PolicyName', { min: 1, max: 128 }) ?? NAME;
  if (name !== NAME) throw new ServiceError('NotFoundException', `No such policy exists: ${name}`);
}

export const getKeyPolicy: Action = (input, context) => {
  const key = managedKey(input, context, 'read');
  checkName(input);
  return { Policy: key.policy, PolicyName: NAME };
};

/** Keeps the policy and enforces nothing. */
export const putKeyPolicy: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  checkName(input);
  const policy = checkPolicy(requireString(input, 'Policy', { min: 1, max: 131_072 }));
  checkNotDeleted(key);
  key.policy = policy;
  return {};
};

export const listKeyPolicies: Action = (input, context) => {
  managedKey(input, context, 'read');
  return { PolicyNames: [NAME], Truncated: false };
};

/** From the API reference of EnableKeyRotation. */
const PERIOD = { min: 90, max: 2560 };
const DEFAULT_PERIOD_DAYS = 365;
/** From the API reference of RotateKeyOnDemand. */
const MAX_ON_DEMAND = 25;

/** @throws ServiceError `UnsupportedOperationException` for a key that never rotates */
function checkRotates(key: KmsKey): void {
  if (!isSymmetric(key)) throw new ServiceError('UnsupportedOperationException', '');
}

export const enableKeyRotation: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  checkRotates(key);
  const periodDays = readInteger(input, 'RotationPeriodInDays', PERIOD) ?? DEFAULT_PERIOD_DAYS;
  checkUsable(key);
  key.rotation = { periodDays, nextMs: context.clock.now() + periodDays * DAY_MS };
  return {};
};

export const disableKeyRotation: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  checkUsable(key);
  key.rotation = undefined;
  return {};
};

export const getKeyRotationStatus: Action = (input, context) => {
  const key = managedKey(input, context, 'read');
  const rotation = key.deletionMs === undefined ? key.rotation : undefined;
  return {
    KeyId: key.arn,
    KeyRotationEnabled: rotation !== undefined,
    RotationPeriodInDays: rotation?.periodDays,
    NextRotationDate: rotation === undefined ? undefined : seconds(rotation.nextMs),
  };
};

export const rotateKeyOnDemand: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
  checkRotates(key);
  checkUsable(key);
  if (key.materials.filter(({ rotation }) => rotation === 'ON_DEMAND').length >= MAX_ON_DEMAND) {
    throw new ServiceError('LimitExceededException', `A key can be rotated on demand at most ${MAX_ON_DEMAND} times`);
  }
  key.materials.push(newMaterial(key.spec, context.clock.now(), 'ON_DEMAND'));
  return { KeyId: key.arn };
};

export const listKeyRotations: Action = (input, context) => {
  const key = managedKey(input, context, 'read');
  const rotated = key.materials.flatMap((material, index) =>
    material.rotation === undefined ? [] : [{ ...material, order: String(index).padStart(6, '0') }],
  );
  const { items, tail } = listPage(input, rotated, ({ order }) => order, 100);
  return {
    Rotations: items.map(({ createdMs, rotation, id }) => ({
      KeyId: key.arn,
      KeyMaterialId: id,
      RotationDate: seconds(createdMs),
      RotationType: rotation,
    })),
    ...tail,
  };
};
