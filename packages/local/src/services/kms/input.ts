import { constraint, readBoolean, readInteger, readString, readStringMap } from '../../core/input.ts';
import { ServiceError } from '../../core/service-error.ts';
import { pageByKey } from '../page.ts';
import type { EncryptionContext } from './ciphertext.ts';

type Input = Record<string, unknown>;

/**
 * A blob member of 1 to `max` bytes, undefined when it is absent.
 *
 * @throws ServiceError `SerializationException`, `ValidationException`
 */
function readBlob(input: Input, name: string, max: number): Buffer | undefined {
  const text = readString(input, name);
  if (text === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw new ServiceError('SerializationException', `The member ${name} must be base64`);
  }
  const blob = Buffer.from(text, 'base64');
  if (blob.length < 1) throw constraint(name, 'have length greater than or equal to 1');
  if (blob.length > max) throw constraint(name, `have length less than or equal to ${max}`);
  return blob;
}

/** A blob member that must be there. */
export function requireBlob(input: Input, name: string, max: number): Buffer {
  const blob = readBlob(input, name, max);
  if (blob === undefined) throw constraint(name, 'not be null');
  return blob;
}

export const readEncryptionContext = (input: Input, name = 'EncryptionContext'): EncryptionContext =>
  readStringMap(input, name) ?? {};

/**
 * Ends a call that only asks whether it would succeed.
 *
 * @throws ServiceError `DryRunOperationException`
 */
export function endDryRun(input: Input): void {
  if (readBoolean(input, 'DryRun')) {
    throw new ServiceError(
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
    );
  }
}

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
