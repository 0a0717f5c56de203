import type { CallContext } from '../../../core/service.ts';
import { ServiceError } from '../../../core/service-error.ts';
import { findTable, tableArn } from './find-table.ts';
import type { Table } from './table.ts';

/** The backup operations have an error of their own. @throws ServiceError `TableNotFoundException`. */
export function openBackedUpTable(context: CallContext, nameOrArn: string): Table {
  const arn = tableArn(context, nameOrArn);
  const table = findTable(context, nameOrArn);
  if (table === undefined) {
    throw new ServiceError('TableNotFoundException', `Table not found: ${arn.slice(arn.indexOf('/') + 1)}`);
  }
  return table;
}

/** Times in seconds. Point-in-time recovery is remembered, not done. */
export function describeBackups({ recovery }: Table, nowMs: number) {
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription:
      recovery === undefined
        ? { PointInTimeRecoveryStatus: 'DISABLED' }
        : {
            PointInTimeRecoveryStatus: 'ENABLED',
            RecoveryPeriodInDays: recovery.days,
            EarliestRestorableDateTime: recovery.sinceMs / 1000,
            LatestRestorableDateTime: nowMs / 1000,
          },
  };
}
