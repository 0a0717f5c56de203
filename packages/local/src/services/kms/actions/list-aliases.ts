import type { Action } from '../../../core/service.ts';
import { aliasArn } from '../alias-name.ts';
import { managedKey } from '../find-key.ts';
import { listPage } from '../list-page.ts';
import { liveState } from '../store.ts';
import { seconds } from '../write-key.ts';

export const listAliases: Action = (input, context) => {
  const key = input.KeyId === undefined ? undefined : managedKey(input, context, 'read');
  if (key === undefined) context.touches('*');
  const aliases = [...liveState(context, context.account, context.region).aliases.values()];
  const asked = aliases.filter(({ targetId }) => key === undefined || targetId === key.id);
  const { items, tail } = listPage(input, asked, ({ name }) => name, 50);
  return {
    Aliases: items.map((alias) => ({
      AliasName: alias.name,
      AliasArn: aliasArn(alias.name, context),
      TargetKeyId: alias.targetId,
      CreationDate: seconds(alias.createdMs),
      LastUpdatedDate: seconds(alias.updatedMs),
    })),
    ...tail,
  };
};
