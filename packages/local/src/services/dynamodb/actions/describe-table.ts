import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { TABLE_NAME } from '../input/members.ts';
import { describeTable as describe } from '../tables/describe-table.ts';
import { openNamedTable, tableArn } from '../tables/find-table.ts';

export const describeTable: Action = (raw, context) => {
  const { TableName } = checkInput(raw, { TableName: { ...TABLE_NAME, required: true } } as const);
  context.touches(tableArn(context, TableName));
  return { Table: describe(openNamedTable(context, TableName), 'ACTIVE') };
};
