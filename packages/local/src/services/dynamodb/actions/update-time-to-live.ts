import type { Action } from '../../../core/service.ts';
import { validationError } from '../errors.ts';
import { checkInput } from '../input/check-input.ts';
import { TABLE_NAME } from '../input/members.ts';
import { openNamedTable, tableArn } from '../tables/find-table.ts';
import { forgetExpiries } from '../tables/time-to-live.ts';

const INPUT = {
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
  const { TableName, TimeToLiveSpecification } = checkInput(raw, INPUT);
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
