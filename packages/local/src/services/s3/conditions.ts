import type { HttpRequest } from '../../core/http-request.ts';
import { s3Error } from './errors.ts';
import { header } from './request.ts';
import type { StoredObject } from './store.ts';

const names = (condition: string, { etag }: StoredObject) =>
  condition === '*' || condition.split(/\s*,\s*/).some((item) => item === etag || item === etag.slice(1, -1));

/** @throws ServiceError `PreconditionFailed`, and `NotModified` (304) for who has it already */
export function checkRead(http: HttpRequest, object: StoredObject): void {
  const ifMatch = header(http, 'if-match');
  const ifNoneMatch = header(http, 'if-none-match');
  if (ifMatch !== undefined && !names(ifMatch, object)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
  if (ifNoneMatch !== undefined && names(ifNoneMatch, object)) throw s3Error('NotModified');
  // Times are whole seconds; the tags win over them (RFC 9110).
  const modified = Math.floor(object.modifiedMs / 1000) * 1000;
  const since = Date.parse(header(http, 'if-modified-since') ?? '');
  if (ifNoneMatch === undefined && modified <= since) throw s3Error('NotModified');
  const unmodified = Date.parse(header(http, 'if-unmodified-since') ?? '');
  if (ifMatch === undefined && modified > unmodified) {
    throw s3Error('PreconditionFailed', { Condition: 'If-Unmodified-Since' });
  }
}

/** @throws ServiceError `PreconditionFailed`, `NoSuchKey` */
export function checkWrite(http: HttpRequest, key: string, object: StoredObject | undefined): void {
  const ifMatch = header(http, 'if-match');
  const ifNoneMatch = header(http, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw s3Error('InvalidArgument', {}, 'If-None-Match must be * when an object is written');
  }
  if (ifNoneMatch === '*' && object !== undefined) throw s3Error('PreconditionFailed', { Condition: 'If-None-Match' });
  if (ifMatch === undefined) return;
  if (object === undefined) throw s3Error('NoSuchKey', { Key: key });
  if (!names(ifMatch, object)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
}
