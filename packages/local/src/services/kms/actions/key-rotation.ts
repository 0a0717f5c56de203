import { readInteger } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { managedKey } from '../find-key.ts';
import { checkUsable } from '../key-state.ts';
import { listPage } from '../list-page.ts';
import { DAY_MS, newMaterial } from '../store.ts';
import { seconds } from '../write-key.ts';

/** From the API reference of EnableKeyRotation. */
const PERIOD = { min: 90, max: 2560 };
const DEFAULT_PERIOD_DAYS = 365;
/** From the API reference of RotateKeyOnDemand. */
const MAX_ON_DEMAND = 25;

export const enableKeyRotation: Action = (input, context) => {
  const key = managedKey(input, context, 'change');
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
  checkUsable(key);
  if (key.materials.filter(({ rotation }) => rotation === 'ON_DEMAND').length >= MAX_ON_DEMAND) {
    throw new ServiceError('LimitExceededException', `A key can be rotated on demand at most ${MAX_ON_DEMAND} times`);
  }
  key.materials.push(newMaterial(context.clock.now(), 'ON_DEMAND'));
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
