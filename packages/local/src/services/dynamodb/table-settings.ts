import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { validationError } from './errors.ts';
import { checkInput } from './input/check-input.ts';
import { TABLE_NAME } from './input/shape.ts';
import type { Table } from './table.ts';
import { findTable, openNamedTable, tableArn } from './table-store.ts';
import { forgetExpiries } from './time-to-live.ts';

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

const UPDATE_TIME_TO_LIVE_INPUT = {
  TableName: { ...TABLE_NAME, required: true },
  TimeToLiveSpecification: {
    type: 'structure',
    required: true,
    members: {
      AttributeName: { type: 'string', min: 1, max: 255, required: true },
      Enabled: { type: 'boolean', required: true },
    },
  },
} as const;

/** Takes effect at once; on AWS within an hour. */
export const updateTimeToLive: Action = (raw, context) => {
  const { TableName, TimeToLiveSpecification } = checkInput(raw, UPDATE_TIME_TO_LIVE_INPUT);
  const { AttributeName, Enabled } = TimeToLiveSpecification;
  context.touches(tableArn(context, TableName));
  const table = openNamedTable(context, TableName);
  if (Enabled && table.ttlAttribute === AttributeName) throw validationError('TimeToLive is already enabled');
  if (!Enabled && table.ttlAttribute === undefined) throw validationError('TimeToLive is already disabled');
  if (table.ttlAttribute !== undefined && table.ttlAttribute !== AttributeName) {
    throw validationError(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttlAttribute}`,
    );
  }
  table.ttlAttribute = Enabled ? AttributeName : undefined;
  forgetExpiries(table);
  return { TimeToLiveSpecification };
};

/**
 * The backup operations have an error of their own.
 *
 * @throws ServiceError `TableNotFoundException`.
 */
function openBackedUpTable(context: CallContext, nameOrArn: string): Table {
  const arn = tableArn(context, nameOrArn);
  const table = findTable(context, nameOrArn);
  if (table === undefined) {
    throw new ServiceError('TableNotFoundException', `Table not found: ${arn.slice(arn.indexOf('/') + 1)}`);
  }
  return table;
}

/** Times in seconds. Point-in-time recovery is remembered, not done. */
function describeBackups({ recovery }: Table, nowMs: number) {
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

export const describeContinuousBackups: Action = (raw, context) => {
  const { TableName } = checkInput(raw, { TableName: { ...TABLE_NAME, required: true } } as const);
  context.touches(tableArn(context, TableName));
  const table = openBackedUpTable(context, TableName);
  return { ContinuousBackupsDescription: describeBackups(table, context.clock.now()) };
};

const UPDATE_CONTINUOUS_BACKUPS_INPUT = {
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
  const { TableName, PointInTimeRecoverySpecification: wanted } = checkInput(raw, UPDATE_CONTINUOUS_BACKUPS_INPUT);
  context.touches(tableArn(context, TableName));
  const table = openBackedUpTable(context, TableName);
  const now = context.clock.now();
  table.recovery = wanted.PointInTimeRecoveryEnabled
    ? { sinceMs: table.recovery?.sinceMs ?? now, days: wanted.RecoveryPeriodInDays ?? 35 }
    : undefined;
  return { ContinuousBackupsDescription: describeBackups(table, now) };
};
