import { createHash } from 'node:crypto';
import { parseXml, xmlAt } from '../../client/xml.ts';
import type { HttpRequest } from '../../core/http.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { s3Error } from './errors.ts';
import { notify } from './notifications.ts';
import type { S3Answer, S3Request, StoredObject } from './object-store.ts';
import { bucketOf, document, element, header, isoTime, objectArn, xmlAnswer } from './object-store.ts';
import { readPayload } from './payload.ts';
import { findObject, removeObject, storeObject } from './versions.ts';

const STORED_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

/** "User-defined metadata is limited to 2 KB": names without their prefix, and values. */
const MAX_METADATA_BYTES = 2048;

/** The headers of a request that its object keeps. @throws ServiceError `MetadataTooLarge` */
export function readObjectHeaders(http: HttpRequest): Record<string, string> {
  const stored: Record<string, string> = { 'content-type': header(http, 'content-type') ?? 'binary/octet-stream' };
  for (const name of STORED_HEADERS) {
    const value = header(http, name);
    if (value !== undefined && value !== 'STANDARD') stored[name] = value;
  }
  const encoding = header(http, 'content-encoding')
    ?.split(/\s*,\s*/)
    .filter((item) => item !== 'aws-chunked' && item !== '')
    .join(',');
  if (encoding) stored['content-encoding'] = encoding;
  let size = 0;
  for (const [name, value] of Object.entries(http.headers)) {
    if (!name.startsWith('x-amz-meta-') || value === undefined) continue;
    const text = value.toString();
    size += Buffer.byteLength(name) - 'x-amz-meta-'.length + Buffer.byteLength(text);
    stored[name] = text;
  }
  if (size > MAX_METADATA_BYTES) throw s3Error('MetadataTooLarge');
  return stored;
}

const names = (condition: string, { etag }: StoredObject) =>
  condition === '*' || condition.split(/\s*,\s*/).some((item) => item === etag || item === etag.slice(1, -1));

/**
 * @throws ServiceError `PreconditionFailed`, and `NotModified` (304) for an object that the client
 *   has
 */
function checkRead(http: HttpRequest, object: StoredObject): void {
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

/** "The name for a key is a sequence of at most 1,024 bytes." */
const MAX_KEY_BYTES = 1024;

/** @throws ServiceError `KeyTooLongError` */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw s3Error('KeyTooLongError');
}

export function putObject(request: S3Request, context: CallContext): S3Answer {
  const { key, http } = request;
  context.touches(objectArn(request.bucket, key));
  const bucket = bucketOf(request, context);
  checkKey(key);
  const headers = readObjectHeaders(http);
  const { body, checksums } = readPayload(http);
  checkWrite(http, key, bucket.objects.get(key));
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  const object = { key, body, etag, modifiedMs: context.clock.now(), headers, checksums };
  const versionId = storeObject(bucket, object);
  notify(bucket, { name: 'ObjectCreated:Put', key, object, versionId }, context);
  return { headers: { etag, ...encryptionOf(headers), ...checksums, ...versionHeader(versionId) } };
}

const versionHeader = (versionId: string | undefined): Record<string, string> =>
  versionId === undefined ? {} : { 'x-amz-version-id': versionId };

const encryptionOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption')));

/**
 * First and last byte of one range. Undefined means the whole: also for several ranges and other
 * text.
 */
export function readRange(text: string | undefined, size: number): { first: number; last: number } | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(text ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (first >= size || (from === '' && Number(to) === 0)) {
    throw s3Error('InvalidRange', { RangeRequested: text ?? '', ActualObjectSize: String(size) });
  }
  return { first, last };
}

const RESPONSE_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** Headers of the answer that the query of a presigned URL sets. */
function overrides({ http: { search } }: S3Request): Record<string, string> {
  return Object.fromEntries(
    RESPONSE_HEADERS.flatMap((name) => {
      const value = search.get(`response-${name}`);
      return value === null || !/^[\t\x20-\x7e]*$/.test(value) ? [] : [[name, value]];
    }),
  );
}

const headersOf = (
  request: S3Request,
  object: StoredObject,
  versionId: string | undefined,
): Record<string, string> => ({
  ...versionHeader(versionId),
  ...object.headers,
  ...overrides(request),
  etag: object.etag,
  'last-modified': new Date(object.modifiedMs).toUTCString(),
  'accept-ranges': 'bytes',
  ...(header(request.http, 'x-amz-checksum-mode') === 'ENABLED' ? object.checksums : {}),
});

export function getObject(request: S3Request, context: CallContext): S3Answer {
  const wanted = request.http.search.get('versionId') ?? undefined;
  const action = wanted === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  context.touches(objectArn(request.bucket, request.key), action);
  const { object, versionId } = findObject(bucketOf(request, context), request.key, wanted);
  checkRead(request.http, object);
  const headers = headersOf(request, object, versionId);
  const { body } = object;
  const range = readRange(header(request.http, 'range'), body.length);
  if (range === undefined) return { headers, body };
  // A checksum is of the whole object: a client would find the part wrong.
  const part = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-')));
  return {
    status: 206,
    headers: { ...part, 'content-range': `bytes ${range.first}-${range.last}/${body.length}` },
    body: body.subarray(range.first, range.last + 1),
  };
}

/** The object that `x-amz-copy-source` names. @throws ServiceError `InvalidArgument` */
export function readSource(text: string): { bucket: string; key: string; versionId: string | undefined } {
  const [path = '', query] = text.split('?versionId=', 2);
  const decoded = (() => {
    try {
      return decodeURIComponent(path);
    } catch {
      return '';
    }
  })();
  const [, bucket, key] = /^\/?([^/]+)\/([\s\S]+)$/.exec(decoded) ?? [];
  if (bucket === undefined || key === undefined) {
    throw s3Error('InvalidArgument', {}, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  return { bucket, key, versionId: query };
}

/** The conditions on the source of a copy. @throws ServiceError `PreconditionFailed` */
function checkSource({ headers }: HttpRequest, object: StoredObject): void {
  const condition = (name: string) => headers[`x-amz-copy-source-if-${name}`]?.toString();
  const modified = Math.floor(object.modifiedMs / 1000) * 1000;
  const failed = [
    { name: 'Match', fails: !names(condition('match') ?? '*', object) },
    { name: 'None-Match', fails: names(condition('none-match') ?? '', object) },
    { name: 'Modified-Since', fails: modified <= Date.parse(condition('modified-since') ?? '') },
    { name: 'Unmodified-Since', fails: modified > Date.parse(condition('unmodified-since') ?? '') },
  ].find(({ fails }) => fails);
  if (failed !== undefined) throw s3Error('PreconditionFailed', { Condition: `x-amz-copy-source-If-${failed.name}` });
}

export function copyObject(request: S3Request, context: CallContext): S3Answer {
  const { key, http } = request;
  const source = readSource(header(http, 'x-amz-copy-source') ?? '');
  context.touches(objectArn(source.bucket, source.key), 's3:GetObject');
  context.touches(objectArn(request.bucket, key), 's3:PutObject');
  const bucket = bucketOf(request, context);
  checkKey(key);
  const { object } = findObject(bucketOf(source, context), source.key, source.versionId);
  const replaces = header(http, 'x-amz-metadata-directive') === 'REPLACE';
  const isItself = source.bucket === request.bucket && source.key === key && source.versionId === undefined;
  if (isItself && !replaces) {
    throw s3Error(
      'InvalidRequest',
      {},
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  checkSource(http, object);
  checkWrite(http, key, bucket.objects.get(key));
  const modifiedMs = context.clock.now();
  const copy = { ...object, key, modifiedMs, headers: replaces ? readObjectHeaders(http) : object.headers };
  const versionId = storeObject(bucket, copy);
  notify(bucket, { name: 'ObjectCreated:Copy', key, object: copy, versionId }, context);
  const body = document('CopyObjectResult', [
    element('ETag', object.etag),
    element('LastModified', isoTime(modifiedMs)),
  ]);
  const from = source.versionId === undefined ? {} : { 'x-amz-copy-source-version-id': source.versionId };
  return xmlAnswer(body, { ...from, ...versionHeader(versionId) });
}

const MAX_KEYS = 1000;

/** A missing key counts as deleted. */
export function deleteObject(request: S3Request, context: CallContext): S3Answer {
  const { key } = request;
  const wanted = request.http.search.get('versionId') ?? undefined;
  const action = wanted === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
  context.touches(objectArn(request.bucket, key), action);
  const bucket = bucketOf(request, context);
  checkDelete(request.http, bucket.objects.get(key));
  const { versionId, deleteMarker, event } = removeObject(bucket, key, wanted, context.clock.now());
  if (event !== undefined) notify(bucket, { name: event, key, versionId }, context);
  return {
    status: 204,
    headers: { ...versionHeader(versionId), ...(deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}) },
  };
}

/** @throws ServiceError `PreconditionFailed` */
function checkDelete(http: HttpRequest, object: StoredObject | undefined): void {
  const ifMatch = header(http, 'if-match');
  if (ifMatch === undefined || (object !== undefined && names(ifMatch, object))) return;
  throw s3Error('PreconditionFailed', { Condition: 'If-Match' });
}

interface WantedDeletion {
  readonly key: string;
  readonly versionId: string | undefined;
}

function readDelete(body: Buffer): { objects: WantedDeletion[]; quiet: boolean } {
  try {
    const root = parseXml(body.toString());
    const listed = root.name === 'Delete' ? root.children.filter(({ name }) => name === 'Object') : [];
    const objects = listed.map((object) => ({
      key: xmlAt(object, 'Key')?.text ?? '',
      versionId: xmlAt(object, 'VersionId')?.text,
    }));
    if (objects.length === 0 || objects.length > MAX_KEYS || objects.some(({ key }) => key === '')) {
      throw s3Error('MalformedXML');
    }
    return { objects, quiet: xmlAt(root, 'Quiet')?.text === 'true' };
  } catch {
    throw s3Error('MalformedXML');
  }
}

export function deleteObjects(request: S3Request, context: CallContext): S3Answer {
  const bucket = bucketOf(request, context);
  const { objects, quiet } = readDelete(request.http.body);
  const deleted = objects.map(({ key, versionId: wanted }) => {
    const action = wanted === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
    try {
      context.touches(objectArn(request.bucket, key), action);
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.isDenied) throw error;
      return element('Error', [element('Key', key), element('Code', error.code), element('Message', error.message)]);
    }
    const { versionId, deleteMarker, event } = removeObject(bucket, key, wanted, context.clock.now());
    if (event !== undefined) notify(bucket, { name: event, key, versionId }, context);
    return element('Deleted', [
      element('Key', key),
      ...(wanted === undefined ? [] : [element('VersionId', wanted)]),
      ...(deleteMarker ? [element('DeleteMarker', true)] : []),
      ...(deleteMarker && versionId !== undefined ? [element('DeleteMarkerVersionId', versionId)] : []),
    ]);
  });
  return xmlAnswer(document('DeleteResult', quiet ? [] : deleted));
}
