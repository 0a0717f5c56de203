import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TableDefinition } from '../table.ts';

/** The fields of a definition. Without the client's type, tables of every key have one type. */
export type TableFields<S extends StandardSchemaV1 = StandardSchemaV1> = Omit<TableDefinition<S>, 'types'>;

/** A table as requests are built for it: the definition and the name of the real table. */
export interface Target<R> {
  readonly definition: TableFields<StandardSchemaV1<unknown, R>>;
  readonly tableName: string;
}
