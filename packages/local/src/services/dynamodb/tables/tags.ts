import type { CallContext } from '../../../core/service.ts';
import { resourceNotFound, validationError } from '../errors.ts';
import type { Checked } from '../input/shape.ts';
import type { TAGS } from './definition-input.ts';
import { findTable } from './find-table.ts';
import type { Table } from './table.ts';

type TagsInput = Checked<typeof TAGS>;

/** @throws ServiceError for a key that is given twice. */
export function readTags(input: TagsInput): Map<string, string> {
  const tags = new Map(input.map(({ Key, Value }) => [Key, Value]));
  if (tags.size < input.length) throw validationError('One or more parameter values were invalid: Duplicate tag key');
  return tags;
}

/** The table that a `ResourceArn` means. @throws ServiceError for a malformed ARN or a table that is not there. */
export function openTagged(context: CallContext, arn: string): Table {
  if (!arn.startsWith('arn:')) throw validationError(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = findTable(context, arn);
  if (table === undefined) throw resourceNotFound(`ResourcArn: ${arn} not found`); // the misspelling is AWS's
  return table;
}
