/** The types that a key attribute can have. */
export type KeyType = 'S' | 'N' | 'B';

/** One key attribute. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/**
 * The key of a table or an index. A table and a local index have one hash attribute and at most one
 * range attribute; a global index has up to four of each.
 */
export interface KeySchema {
  readonly hashes: readonly [KeyAttribute, ...KeyAttribute[]];
  readonly ranges: readonly KeyAttribute[];
}

/** The hash attributes, then the range attributes. */
export const keyAttributes = ({ hashes, ranges }: KeySchema): readonly KeyAttribute[] => [...hashes, ...ranges];

/** A key as AWS describes it. */
export function describeKey({ hashes, ranges }: KeySchema) {
  const describe = (KeyType: 'HASH' | 'RANGE') => (attribute: KeyAttribute) => ({
    AttributeName: attribute.name,
    KeyType,
  });
  return [...hashes.map(describe('HASH')), ...ranges.map(describe('RANGE'))];
}
