import { constraint, readInteger } from '../../../core/input.ts';
import type { Action } from '../../../core/service.ts';
import { groupOf } from '../find.ts';

/** Source: PutRetentionPolicy, retentionInDays. */
const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

export const putRetentionPolicy: Action = (input, context) => {
  const days = readInteger(input, 'retentionInDays');
  if (days === undefined) throw constraint('retentionInDays', 'not be null');
  if (!DAYS.includes(days)) throw constraint('retentionInDays', `satisfy enum value set: [${DAYS.join(', ')}]`);
  groupOf(input, context).retentionDays = days;
};
