import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { NAME } from '../input/members.ts';
import { STORE } from '../store.ts';

const INPUT = { ExclusiveStartTableName: NAME, Limit: { type: 'Integer', min: 1, max: 100 } } as const;

export const listTables: Action = (raw, context) => {
  const { ExclusiveStartTableName: start, Limit = 100 } = checkInput(raw, INPUT);
  context.touches('*');
  const names = [...context.stores.get(STORE).tables.keys()]
    .sort()
    .filter((name) => start === undefined || name > start);
  const page = names.slice(0, Limit);
  return { TableNames: page, LastEvaluatedTableName: names.length > Limit ? page.at(-1) : undefined };
};
