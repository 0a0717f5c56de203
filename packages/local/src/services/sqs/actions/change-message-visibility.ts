import type { Action } from '../../../core/service.ts';
import { queueOf } from '../queue-of.ts';
import { changeVisibility } from '../visibility-change.ts';

export const changeMessageVisibility: Action = (input, context) => {
  changeVisibility(input, queueOf(input, context));
};
