import type { Action } from '../../../core/service.ts';
import { readAliasName } from '../alias-name.ts';
import { findAlias } from '../find-alias.ts';
import { liveState } from '../store.ts';

export const deleteAlias: Action = (input, context) => {
  const { name } = findAlias(readAliasName(input, context), context);
  liveState(context, context.account, context.region).aliases.delete(name);
  return {};
};
