import { checkPlaceholdersWanted, readExpressions } from '../expressions/expressions.ts';
import { project } from '../expressions/project.ts';
import { checkMixed } from '../legacy/check-mixed.ts';
import { readAttributesToGet } from '../legacy/read-attributes-to-get.ts';
import { checkKey } from '../tables/check-key.ts';
import { rowId } from '../tables/row.ts';
import type { Table } from '../tables/table.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { normaliseAttributes } from '../values/normalise-value.ts';
import type { GetInput } from './get-input.ts';

/** The read of one item, checked as far as that goes without its table. */
export interface Get {
  readonly tableName: string;
  readonly key: Attributes;
  /** The item, projected, and how many bytes it has unprojected. @throws ServiceError for a key that is not the table's. */
  from(table: Table): { readonly item: Attributes | undefined; readonly size: number };
}

/** @throws ServiceError for a bad value or expression. */
export function readGet(input: GetInput): Get {
  checkMixed({ ...input }, ['AttributesToGet'], ['ProjectionExpression']);
  checkPlaceholdersWanted(input, ['ProjectionExpression']);
  const key = normaliseAttributes(input.Key);
  const expressions = readExpressions(input);
  const attributes = readAttributesToGet(input.AttributesToGet);
  const paths = expressions.projection() ?? attributes;
  expressions.checkAllUsed();
  return {
    tableName: input.TableName,
    key,
    from: (table) => {
      checkKey(table, key);
      const row = table.byId.get(rowId(table.key, key));
      if (row === undefined) return { item: undefined, size: 0 };
      return { item: paths === undefined ? row.item : project(row.item, paths), size: row.size };
    },
  };
}
