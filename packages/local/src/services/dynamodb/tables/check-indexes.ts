import { validationError } from '../errors.ts';
import type { KeySchema, KeyType } from './key-schema.ts';
import { keyAttributes } from './key-schema.ts';
import type { SecondaryIndex } from './table.ts';

/** Source: "Service quotas": 20 global (unless raised) and 5 local indexes, 100 projected non-key attributes over all of them. */
const MAX = { global: 20, local: 5 } as const;
const MAX_PROJECTED = 100;

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);

/** Checks what concerns the indexes of a table together. @throws ServiceError */
export function checkIndexes(indexes: readonly SecondaryIndex[]): void {
  const names = indexes.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw invalid(`Duplicate index name: ${repeated}`);
  for (const kind of ['global', 'local'] as const) {
    if (indexes.filter((index) => index.kind === kind).length <= MAX[kind]) continue;
    const which = kind === 'global' ? 'GlobalSecondaryIndex count' : 'Number of LocalSecondaryIndexes';
    throw invalid(`${which} exceeds the per-table limit of ${MAX[kind]}`);
  }
  const projected = indexes.reduce((total, { projection }) => total + projection.nonKeyAttributes.length, 0);
  if (projected > MAX_PROJECTED) {
    throw invalid(`Number of projected non-key attributes exceeds the limit of ${MAX_PROJECTED}`);
  }
}

/** Every declared attribute must be a key of something. @throws ServiceError */
export function checkAllDeclaredUsed(
  types: ReadonlyMap<string, KeyType>,
  key: KeySchema,
  indexes: readonly SecondaryIndex[],
): void {
  const used = new Set([key, ...indexes.map((index) => index.key)].flatMap(keyAttributes).map(({ name }) => name));
  if (used.size === types.size) return;
  throw invalid(
    indexes.length === 0
      ? 'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions'
      : 'Some AttributeDefinitions are not used. ' +
          `AttributeDefinitions: [${[...types.keys()].join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
}
