import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { aliasArn } from './alias-name.ts';
import type { Alias } from './store.ts';
import { liveState } from './store.ts';

/** @throws ServiceError `NotFoundException` */
export function findAlias(name: string, context: CallContext): Alias {
  const alias = liveState(context, context.account, context.region).aliases.get(name);
  if (alias === undefined) {
    throw new ServiceError('NotFoundException', `Alias ${aliasArn(name, context)} is not found.`);
  }
  return alias;
}
