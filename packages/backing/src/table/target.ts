import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TableDefinition } from './definition.ts';

/** A table as requests are built for it: the definition and the name of the real table. */
export interface Target<R> {
  readonly definition: TableDefinition<StandardSchemaV1<unknown, R>>;
  readonly tableName: string;
}
