import { requireString } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { aliasArn, readAliasName } from '../alias-name.ts';
import { managedKey } from '../find-key.ts';
import { checkNotDeleted } from '../key-state.ts';
import { liveState } from '../store.ts';

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
