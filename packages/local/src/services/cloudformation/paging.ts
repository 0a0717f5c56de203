import { readString } from '../../core/input.ts';
import { validationError } from './errors.ts';

const write = (place: number) => Buffer.from(`page-${place}`).toString('base64url');

/** @throws ServiceError `ValidationError` for a token that no page gave */
function readPlace(input: Record<string, unknown>): number | undefined {
  const token = readString(input, 'NextToken');
  if (token === undefined) return undefined;
  const place = /^page-(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (place === undefined) throw validationError('NextToken is invalid');
  return Number(place);
}

/** One page of a list. */
export function readPage<T>(input: Record<string, unknown>, all: readonly T[], size: number) {
  const start = readPlace(input) ?? 0;
  const end = start + size;
  return { items: all.slice(start, end), NextToken: end < all.length ? write(end) : undefined };
}

/** One page of a list that grows at its end, the newest first. */
export function readNewest<T>(input: Record<string, unknown>, all: readonly T[], size: number) {
  const end = Math.min(readPlace(input) ?? all.length, all.length);
  const start = Math.max(0, end - size);
  return { items: all.slice(start, end).reverse(), NextToken: start > 0 ? write(start) : undefined };
}
