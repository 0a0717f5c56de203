import { validationError } from './errors.ts';
import type { KeyAttribute, KeySchema } from './key-schema.ts';
import { keyAttributes } from './key-schema.ts';
import type { Table } from './table.ts';
import { sortable } from './values/sort-key.ts';
import type { Attributes, AttributeValue } from './values/value.ts';
import { typeOf } from './values/value.ts';

const invalid = (reason: string) => validationError(`One or more parameter values were invalid: ${reason}`);
const notValid = (reason: string) => validationError(`One or more parameter values are not valid. ${reason}`);

const isEmpty = (value: AttributeValue) => ('S' in value && value.S === '') || ('B' in value && value.B === '');
const emptyKey = (value: AttributeValue) =>
  `The AttributeValue for a key attribute cannot contain an empty ${'S' in value ? 'string' : 'binary'} value.`;

/** Whether a message is about an empty value in a primary key. */
export const isEmptyKeyFault = (message: string) =>
  message.startsWith('One or more parameter values are not valid. The AttributeValue for a key attribute cannot');

/** @throws ServiceError for an empty string or binary. */
export function checkKeyValue({ name }: KeyAttribute, value: AttributeValue): void {
  if (isEmpty(value)) throw notValid(`${emptyKey(value)} Key: ${name}`);
}

/** Source: "Service quotas": 2048 bytes for a partition key, 1024 for a sort key. */
function checkKeySizes({ hashes, ranges }: KeySchema, attributes: Attributes): void {
  const sizeOf = ({ name }: KeyAttribute) => {
    const value = attributes[name];
    return value === undefined || 'N' in value ? 0 : (sortable(value)?.length ?? 0); // one character per byte
  };
  const total = (keys: readonly KeyAttribute[]) => keys.reduce((sum, key) => sum + sizeOf(key), 0);
  // AWS's message has no space before the number.
  if (total(hashes) > 2048) throw invalid('Size of hashkey has exceeded the maximum size limit of2048 bytes');
  if (total(ranges) > 1024) {
    throw invalid('Aggregated size of all range keys has exceeded the size limit of 1024 bytes');
  }
}

/**
 * Checks a `Key` parameter: exactly the table's key attributes, of the right types.
 *
 * @throws ServiceError
 */
export function checkKey({ key: schema }: Table, key: Attributes): void {
  const wanted = keyAttributes(schema);
  for (const attribute of wanted) {
    const value = key[attribute.name];
    if (value === undefined || !(attribute.type in value) || Object.keys(key).length !== wanted.length) {
      throw validationError('The provided key element does not match the schema');
    }
  }
  for (const attribute of wanted) checkKeyValue(attribute, key[attribute.name] as AttributeValue); // present: see above
  checkKeySizes(schema, key);
}

/** Checks that an item has its table's key. @throws ServiceError */
export function checkItemKey({ key: schema }: Table, item: Attributes): void {
  for (const attribute of keyAttributes(schema)) {
    const value = item[attribute.name];
    if (value === undefined) throw invalid(`Missing the key ${attribute.name} in the item`);
    if (!(attribute.type in value)) {
      throw invalid(`Type mismatch for key ${attribute.name} expected: ${attribute.type} actual: ${typeOf(value)}`);
    }
    checkKeyValue(attribute, value);
  }
  checkKeySizes(schema, item);
}

/**
 * Checks the index keys that an item has: an item without one is merely not in the index, one with
 * a wrong one is refused.
 *
 * @throws ServiceError
 */
export function checkIndexKeys({ indexes }: Table, item: Attributes): void {
  for (const { name, key } of indexes.values()) {
    for (const attribute of keyAttributes(key)) {
      const value = item[attribute.name];
      if (value === undefined) continue;
      if (!(attribute.type in value)) {
        throw invalid(
          `Type mismatch for Index Key ${attribute.name} Expected: ${attribute.type} ` +
            `Actual: ${typeOf(value)} IndexName: ${name}`,
        );
      }
      if (isEmpty(value)) {
        throw notValid(
          'A value specified for a secondary index key is not supported. ' +
            `${emptyKey(value)} IndexName: ${name}, IndexKey: ${attribute.name}`,
        );
      }
    }
    checkKeySizes(key, item);
  }
}
