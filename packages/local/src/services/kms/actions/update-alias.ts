import { requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { readAliasName } from '../alias-name.ts';
import { findAlias } from '../find-alias.ts';
import { managedKey } from '../find-key.ts';
import { checkNotDeleted } from '../key-state.ts';

export const updateAlias: Action = (input, context) => {
  const name = readAliasName(input, context);
  const target = managedKey({ KeyId: requireString(input, 'TargetKeyId') }, context, 'change');
  const alias = findAlias(name, context);
  checkNotDeleted(target);
  alias.targetId = target.id;
  alias.updatedMs = context.clock.now();
  return {};
};
