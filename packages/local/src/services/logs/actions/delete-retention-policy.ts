import type { Action } from '../../../core/service.ts';
import { groupOf } from '../find.ts';

export const deleteRetentionPolicy: Action = (input, context) => {
  groupOf(input, context).retentionDays = undefined;
};
