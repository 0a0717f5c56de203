import type { CallContext } from '../../../core/service.ts';
import { resourceNotFound, validationError } from '../errors.ts';
import { STORE } from '../store.ts';
import { recordChange } from '../streams/record-change.ts';
import type { Table } from './table.ts';
import { takeExpired } from './time-to-live.ts';
import { deleteRow } from './write-row.ts';

const ARN = /^arn:aws[a-z-]*:dynamodb:([a-z0-9-]+):(\d{12}):table\/([a-zA-Z0-9_.-]{3,255})(?:\/.*)?$/;

type Place = Pick<CallContext, 'account' | 'region'>;

/** The ARN of the table that a name, or an ARN, means. @throws ServiceError for a malformed ARN. */
export function tableArn({ account, region }: Place, nameOrArn: string): string {
  if (!nameOrArn.startsWith('arn:')) return `arn:aws:dynamodb:${region}:${account}:table/${nameOrArn}`;
  const [, arnRegion, arnAccount, name] = ARN.exec(nameOrArn) ?? [];
  if (name === undefined) throw validationError('Invalid TableArn');
  return `arn:aws:dynamodb:${arnRegion}:${arnAccount}:table/${name}`;
}

/** The table's name out of its own ARN. */
const nameOf = (arn: string) => arn.slice(arn.indexOf('/') + 1);

/** The table if it exists in the caller's account and region, cleared of what time to live deletes by now. */
export function findTable(context: CallContext, nameOrArn: string): Table | undefined {
  const arn = tableArn(context, nameOrArn);
  const table = context.stores.get(STORE).tables.get(nameOf(arn));
  if (table === undefined || table.arn !== arn) return undefined;
  const now = context.clock.now();
  for (const row of takeExpired(table, now)) {
    deleteRow(table, row);
    recordChange(table, now, { before: row.item, after: undefined, byTimeToLive: true });
  }
  return table;
}

/** For the data plane. @throws ServiceError `ResourceNotFoundException`. */
export function openTable(context: CallContext, nameOrArn: string): Table {
  const table = findTable(context, nameOrArn);
  if (table === undefined) throw resourceNotFound();
  return table;
}

/** For the control plane, whose message names the table. @throws ServiceError `ResourceNotFoundException`. */
export function openNamedTable(context: CallContext, nameOrArn: string): Table {
  const table = findTable(context, nameOrArn);
  if (table === undefined) throw resourceNotFound(`Table: ${nameOf(tableArn(context, nameOrArn))} not found`);
  return table;
}
