import { validationError } from '../errors.ts';
import type { Path } from '../expressions/path.ts';
import type { ItemIndex } from '../tables/item-index.ts';
import type { KeySchema } from '../tables/key-schema.ts';
import { keyAttributes } from '../tables/key-schema.ts';
import type { SecondaryIndex, Table } from '../tables/table.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { emptyAttributes } from '../values/attribute-value.ts';
import type { PageInput } from './page-input.ts';

/** A table, or an index of it, to read pages of. */
export interface Source {
  readonly table: Table;
  readonly index: SecondaryIndex | undefined;
  readonly rows: ItemIndex;
  /** The key that orders the source. */
  readonly key: KeySchema;
  /** The names that a start key has: the source's keys and the table's. */
  readonly keyNames: readonly string[];
}

/** @throws ServiceError for an index that is not there, or a consistent read of a global one. */
export function openSource(table: Table, { IndexName, ConsistentRead }: PageInput): Source {
  const tableKeys = keyAttributes(table.key).map(({ name }) => name);
  if (IndexName === undefined) {
    return { table, index: undefined, rows: table.rows, key: table.key, keyNames: tableKeys };
  }
  const index = table.indexes.get(IndexName);
  if (index === undefined) throw validationError(`The table does not have the specified index: ${IndexName}`);
  if (index.kind === 'global' && ConsistentRead) {
    throw validationError('Consistent reads are not supported on global secondary indexes');
  }
  const indexKeys = keyAttributes(index.key).map(({ name }) => name);
  return { table, index, rows: index.rows, key: index.key, keyNames: [...new Set([...tableKeys, ...indexKeys])] };
}

/** Only these attributes of an item. */
export function pick(item: Attributes, names: readonly string[]): Attributes {
  const picked = emptyAttributes();
  for (const name of names) {
    const value = item[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** The names that the source holds of each item; undefined for all. */
export function projectedNames({ index, keyNames }: Source): readonly string[] | undefined {
  if (index === undefined || index.projection.type === 'ALL') return undefined;
  return [...keyNames, ...index.projection.nonKeyAttributes];
}

/**
 * Checks that a global index holds what is asked for; a local one fetches the rest from the table.
 *
 * @throws ServiceError
 */
export function checkProjected(source: Source, select: string | undefined, paths: readonly Path[] | undefined): void {
  const names = projectedNames(source);
  if (source.index?.kind !== 'global' || names === undefined) return;
  const { name } = source.index;
  if (select === 'ALL_ATTRIBUTES') {
    throw validationError(
      'One or more parameter values were invalid: ' +
        `Select type ALL_ATTRIBUTES is not supported for global secondary index ${name} ` +
        'because its projection type is not ALL',
    );
  }
  const absent = (paths ?? []).map(([attribute]) => attribute).filter((attribute) => !names.includes(attribute));
  if (absent.length > 0) {
    throw validationError(
      'One or more parameter values were invalid: ' +
        `Global secondary index ${name} does not project [${[...new Set(absent)].join(', ')}]`,
    );
  }
}
