import type { KeySchema } from './key-schema.ts';
import { keyAttributes } from './key-schema.ts';

/** A key as AWS describes it. */
export function describeKey(key: KeySchema) {
  return keyAttributes(key).map(({ name }, index) => ({
    AttributeName: name,
    KeyType: index === 0 ? 'HASH' : 'RANGE',
  }));
}
