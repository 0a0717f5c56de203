import { rewording, validationError } from '../errors.ts';
import type { KeyAttribute } from '../tables/key-schema.ts';
import { keyAttributes } from '../tables/key-schema.ts';
import type { Position } from '../tables/position.ts';
import { positionOf } from '../tables/position.ts';
import type { Attributes } from '../values/attribute-value.ts';
import { normaliseAttributes } from '../values/normalise-value.ts';
import type { PageInput } from './page-input.ts';
import type { Source } from './source.ts';

const INVALID = 'The provided starting key is invalid';

/** The values of `ExclusiveStartKey`. @throws ServiceError for a bad one. */
export function readStartKey({ ExclusiveStartKey }: PageInput): Attributes | undefined {
  if (ExclusiveStartKey === undefined) return undefined;
  return rewording(
    (message) => `${INVALID}: ${message}`,
    () => normaliseAttributes(ExclusiveStartKey),
  );
}

/** Where in the source a start key points. @throws ServiceError unless it has exactly the source's keys. */
export function startPosition({ table, index, key, keyNames }: Source, startKey: Attributes): Position {
  const given = Object.keys(startKey);
  if (given.length !== keyNames.length || given.some((name) => !keyNames.includes(name))) {
    throw validationError(INVALID);
  }
  const fits = ({ name, type }: KeyAttribute) => {
    const value = startKey[name];
    return value !== undefined && type in value;
  };
  const position = positionOf(key, startKey, index === undefined ? undefined : table.key);
  if (position === undefined || ![...keyAttributes(key), ...keyAttributes(table.key)].every(fits)) {
    throw validationError(`${INVALID}: The provided key element does not match the schema`);
  }
  return position;
}
