import type { Action } from '../../../core/service.ts';
import { groupOf } from '../find.ts';
import { logStore } from '../store.ts';

export const deleteLogGroup: Action = (input, context) => {
  logStore(context).groups.delete(groupOf(input, context).name);
};
