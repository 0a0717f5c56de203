import type { CallContext } from '../../../core/service.ts';
import { tableArn } from '../tables/find-table.ts';
import type { PageInput } from './page-input.ts';

/** Reads of an index are authorized on the index's own ARN. */
export function touchSource(context: CallContext, { TableName, IndexName }: PageInput): void {
  const arn = tableArn(context, TableName);
  context.touches(IndexName === undefined ? arn : `${arn}/index/${IndexName}`);
}
