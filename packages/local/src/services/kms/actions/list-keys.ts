import type { Action } from '../../../core/service.ts';
import { listPage } from '../list-page.ts';
import { liveState } from '../store.ts';

export const listKeys: Action = (input, context) => {
  context.touches('*');
  const { keys } = liveState(context, context.account, context.region);
  const { items, tail } = listPage(input, keys.values(), ({ id }) => id, 100);
  return { Keys: items.map(({ id, arn }) => ({ KeyId: id, KeyArn: arn })), ...tail };
};
