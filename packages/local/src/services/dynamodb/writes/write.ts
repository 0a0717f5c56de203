import type { Condition } from '../expressions/condition.ts';
import type { Path } from '../expressions/path.ts';
import type { Table } from '../tables/table.ts';
import type { Attributes } from '../values/attribute-value.ts';

/** A change of one item that has been read and checked as far as that goes without its table. */
export interface Write {
  /** A name or an ARN. */
  readonly tableName: string;
  /** The key, or an item that has it. */
  readonly target: Attributes;
  readonly condition: Condition | undefined;
  /** A failed condition answers with the item. */
  readonly returnsItemOnFailure: boolean;
  /** What an update changes, for ReturnValues UPDATED_OLD and UPDATED_NEW. */
  readonly changedPaths: readonly Path[];
  /** Checks the write against the table's schema. @throws ServiceError */
  check(table: Table): void;
  /** The item afterwards; undefined when there is none. @throws ServiceError for what this item makes impossible. */
  after(table: Table, before: Attributes | undefined): Attributes | undefined;
}
