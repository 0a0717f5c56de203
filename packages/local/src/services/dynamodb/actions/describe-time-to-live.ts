import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { TABLE_NAME } from '../input/members.ts';
import { openNamedTable, tableArn } from '../tables/find-table.ts';

export const describeTimeToLive: Action = (raw, context) => {
  const { TableName } = checkInput(raw, { TableName: { ...TABLE_NAME, required: true } } as const);
  context.touches(tableArn(context, TableName));
  const { ttlAttribute } = openNamedTable(context, TableName);
  return {
    TimeToLiveDescription:
      ttlAttribute === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute },
  };
};
