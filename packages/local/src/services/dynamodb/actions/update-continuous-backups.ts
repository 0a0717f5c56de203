import type { Action } from '../../../core/service.ts';
import { checkInput } from '../input/check-input.ts';
import { TABLE_NAME } from '../input/members.ts';
import { describeBackups, openBackedUpTable } from '../tables/describe-backups.ts';
import { tableArn } from '../tables/find-table.ts';

const INPUT = {
  TableName: { ...TABLE_NAME, required: true },
  PointInTimeRecoverySpecification: {
    type: 'structure',
    required: true,
    members: {
      PointInTimeRecoveryEnabled: { type: 'boolean', required: true },
      RecoveryPeriodInDays: { type: 'Integer', min: 1, max: 35 },
    },
  },
} as const;

export const updateContinuousBackups: Action = (raw, context) => {
  const { TableName, PointInTimeRecoverySpecification: wanted } = checkInput(raw, INPUT);
  context.touches(tableArn(context, TableName));
  const table = openBackedUpTable(context, TableName);
  const now = context.clock.now();
  table.recovery = wanted.PointInTimeRecoveryEnabled
    ? { sinceMs: table.recovery?.sinceMs ?? now, days: wanted.RecoveryPeriodInDays ?? 35 }
    : undefined;
  return { ContinuousBackupsDescription: describeBackups(table, now) };
};
