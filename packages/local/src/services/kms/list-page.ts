import { readInteger, readString } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';
import { pageByKey } from '../page.ts';

/** One page of a listing by `Limit` and `Marker`. @throws ServiceError `InvalidMarkerException` */
export function listPage<T>(
  input: Record<string, unknown>,
  items: Iterable<T>,
  keyOf: (item: T) => string,
  defaultLimit: number,
) {
  const limit = readInteger(input, 'Limit', { min: 1, max: 1000 }) ?? defaultLimit;
  const marker = readString(input, 'Marker', { min: 1, max: 1024 });
  const page = pageByKey(
    items,
    keyOf,
    limit,
    marker,
    () => new ServiceError('InvalidMarkerException', 'Invalid marker'),
  );
  return { items: page.items, tail: { NextMarker: page.next, Truncated: page.next !== undefined } };
}
