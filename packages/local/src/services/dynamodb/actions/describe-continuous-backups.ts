import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { TABLE_NAME } from '../input/members.ts';
import { describeBackups, openBackedUpTable } from '../tables/describe-backups.ts';
import { tableArn } from '../tables/find-table.ts';

export const describeContinuousBackups: Action = (raw, context) => {
  const { TableName } = checkInput(raw, { TableName: { ...TABLE_NAME, required: true } } as const);
  context.touches(tableArn(context, TableName));
  const table = openBackedUpTable(context, TableName);
  return { ContinuousBackupsDescription: describeBackups(table, context.clock.now()) };
};
