import { requireString } from '../../core/input.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { listPage } from './input.ts';
import type { Alias } from './key-store.ts';
import {
  aliasArn,
  checkNotDeleted,
  findAlias,
  liveState,
  managedKey,
  PREDEFINED_ALIASES,
  readAliasName,
} from './key-store.ts';
import { seconds } from './keys.ts';

export const createAlias: Action = (input, context) => {
  const name = readAliasName(input, context);
  const target = managedKey({ KeyId: requireString(input, 'TargetKeyId') }, context, 'change');
  const { aliases } = liveState(context, context.account, context.region);
  if (aliases.has(name)) {
    throw new ServiceError(
      'AlreadyExistsException',
      `An alias with the name ${aliasArn(name, context)} already exists`,
    );
  }
  checkNotDeleted(target);
  const now = context.clock.now();
  aliases.set(name, { name, createdMs: now, updatedMs: now, targetId: target.id });
  return {};
};

export const updateAlias: Action = (input, context) => {
  const name = readAliasName(input, context);
  const target = managedKey({ KeyId: requireString(input, 'TargetKeyId') }, context, 'change');
  const alias = findAlias(name, context);
  checkNotDeleted(target);
  alias.targetId = target.id;
  alias.updatedMs = context.clock.now();
  return {};
};

export const deleteAlias: Action = (input, context) => {
  const { name } = findAlias(readAliasName(input, context), context);
  liveState(context, context.account, context.region).aliases.delete(name);
  return {};
};

export const listAliases: Action = (input, context) => {
  const key = input.KeyId === undefined ? undefined : managedKey(input, context, 'read');
  if (key === undefined) context.touches('*');
  const { aliases } = liveState(context, context.account, context.region);
  const unused = PREDEFINED_ALIASES.filter((name) => !aliases.has(name)).map((name) => ({ name }) as Partial<Alias>);
  const listed = [...unused, ...aliases.values()].filter(({ targetId }) => key === undefined || targetId === key.id);
  const { items, tail } = listPage(input, listed, ({ name = '' }) => name, 50);
  return {
    Aliases: items.map((alias) => ({
      AliasName: alias.name,
      AliasArn: aliasArn(alias.name ?? '', context),
      TargetKeyId: alias.targetId,
      CreationDate: alias.createdMs === undefined ? undefined : seconds(alias.createdMs),
      LastUpdatedDate: alias.updatedMs === undefined ? undefined : seconds(alias.updatedMs),
    })),
    ...tail,
  };
};
