import { createHash } from 'node:crypto';
import { parseXml, xmlAt } from '../../client/xml.ts';
import type { HttpRequest } from '../../core/http.ts';
import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';
import type { S3Answer, S3Request, StoredObject } from './object-store.ts';
import { bucketOf, document, element, header, isoTime, objectArn, objectOf } from './object-store.ts';
import { readPayload } from './payload.ts';

const KEPT = ['cache-control', 'content-disposition', 'content-language', 'expires', 'x-amz-storage-class'];

/** "User-defined metadata is limited to 2 KB": names without their prefix, and values. */
const MAX_METADATA_BYTES = 2048;

/** What an object keeps of the headers that it came with. @throws ServiceError `MetadataTooLarge` */
function readObjectHeaders(http: HttpRequest): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': header(http, 'content-type') ?? 'binary/octet-stream' };
  for (const name of KEPT) {
    const value = header(http, name);
    if (value !== undefined && value !== 'STANDARD') kept[name] = value;
  }
  const encoding = header(http, 'content-encoding')
    ?.split(/\s*,\s*/)
    .filter((item) => item !== 'aws-chunked' && item !== '')
    .join(',');
  if (encoding) kept['content-encoding'] = encoding;
  let size = 0;
  for (const [name, value] of Object.entries(http.headers)) {
    if (!name.startsWith('x-amz-meta-') || value === undefined) continue;
    const text = value.toString();
    size += Buffer.byteLength(name) - 'x-amz-meta-'.length + Buffer.byteLength(text);
    kept[name] = text;
  }
  if (size > MAX_METADATA_BYTES) throw s3Error('MetadataTooLarge');
  return kept;
}

const names = (condition: string, { etag }: StoredObject) =>
  condition === '*' || condition.split(/\s*,\s*/).some((item) => item === etag || item === etag.slice(1, -1));

/** @throws ServiceError `PreconditionFailed`, and `NotModified` (304) for who has it already */
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
function checkWrite(http: HttpRequest, key: string, object: StoredObject | undefined): void {
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
function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw s3Error('KeyTooLongError');
}

export function putObject(request: S3Request, context: CallContext): S3Answer {
  const { key, http } = request;
  context.touches(objectArn(request.bucket, key));
  const { objects } = bucketOf(request, context);
  checkKey(key);
  const headers = readObjectHeaders(http);
  const { body, checksums } = readPayload(http);
  checkWrite(http, key, objects.get(key));
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  objects.set(key, { key, body, etag, modifiedMs: context.clock.now(), headers, checksums });
  return { headers: { etag, ...checksums } };
}

/** First and last byte of one range; undefined for the whole, which is also the answer to several and to what is no range. */
function readRange(text: string | undefined, size: number): { first: number; last: number } | undefined {
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

/** What the query of a presigned URL wants the answer's headers to be. */
function overrides({ http: { search } }: S3Request): Record<string, string> {
  return Object.fromEntries(
    RESPONSE_HEADERS.flatMap((name) => {
      const value = search.get(`response-${name}`);
      return value === null || !/^[\t\x20-\x7e]*$/.test(value) ? [] : [[name, value]];
    }),
  );
}

const headersOf = (request: S3Request, object: StoredObject): Record<string, string> => ({
  ...object.headers,
  ...overrides(request),
  etag: object.etag,
  'last-modified': new Date(object.modifiedMs).toUTCString(),
  'accept-ranges': 'bytes',
  ...(header(request.http, 'x-amz-checksum-mode') === 'ENABLED' ? object.checksums : {}),
});

export function getObject(request: S3Request, context: CallContext): S3Answer {
  context.touches(objectArn(request.bucket, request.key), 's3:GetObject');
  const object = objectOf(bucketOf(request, context), request.key);
  checkRead(request.http, object);
  const headers = headersOf(request, object);
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

function readSource(text: string): { bucket: string; key: string } {
  const decoded = (() => {
    try {
      return decodeURIComponent(text);
    } catch {
      return '';
    }
  })();
  const [, bucket, key] = /^\/?([^/]+)\/([\s\S]+)$/.exec(decoded.replace(/\?versionId=.*$/, '')) ?? [];
  if (bucket === undefined || key === undefined) {
    throw s3Error('InvalidArgument', {}, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  }
  return { bucket, key };
}

export function copyObject(request: S3Request, context: CallContext): S3Answer {
  const { key, http } = request;
  const source = readSource(header(http, 'x-amz-copy-source') ?? '');
  context.touches(objectArn(source.bucket, source.key), 's3:GetObject');
  context.touches(objectArn(request.bucket, key), 's3:PutObject');
  const { objects } = bucketOf(request, context);
  checkKey(key);
  const object = objectOf(bucketOf(source, context), source.key);
  const replaces = header(http, 'x-amz-metadata-directive') === 'REPLACE';
  if (source.bucket === request.bucket && source.key === key && !replaces) {
    throw s3Error(
      'InvalidRequest',
      {},
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const wanted = header(http, 'x-amz-copy-source-if-match');
  if (wanted !== undefined && wanted !== object.etag && wanted !== object.etag.slice(1, -1)) {
    throw s3Error('PreconditionFailed', { Condition: 'x-amz-copy-source-If-Match' });
  }
  checkWrite(http, key, objects.get(key));
  const modifiedMs = context.clock.now();
  objects.set(key, { ...object, key, modifiedMs, headers: replaces ? readObjectHeaders(http) : object.headers });
  const body = document('CopyObjectResult', [
    element('ETag', object.etag),
    element('LastModified', isoTime(modifiedMs)),
  ]);
  return { headers: { 'content-type': 'application/xml' }, body };
}

const MAX_KEYS = 1000;

/** What is not there counts as deleted. */
export function deleteObject(request: S3Request, context: CallContext): S3Answer {
  context.touches(objectArn(request.bucket, request.key));
  bucketOf(request, context).objects.delete(request.key);
  return { status: 204 };
}

function readDelete(body: Buffer): { keys: string[]; quiet: boolean } {
  try {
    const root = parseXml(body.toString());
    const objects = root.name === 'Delete' ? root.children.filter(({ name }) => name === 'Object') : [];
    const keys = objects.map((object) => xmlAt(object, 'Key')?.text ?? '');
    if (keys.length === 0 || keys.length > MAX_KEYS || keys.includes('')) throw s3Error('MalformedXML');
    return { keys, quiet: xmlAt(root, 'Quiet')?.text === 'true' };
  } catch {
    throw s3Error('MalformedXML');
  }
}

export function deleteObjects(request: S3Request, context: CallContext): S3Answer {
  const { objects } = bucketOf(request, context);
  const { keys, quiet } = readDelete(request.http.body);
  for (const key of keys) {
    context.touches(objectArn(request.bucket, key), 's3:DeleteObject');
    objects.delete(key);
  }
  const deleted = quiet ? [] : keys.map((key) => element('Deleted', [element('Key', key)]));
  return { headers: { 'content-type': 'application/xml' }, body: document('DeleteResult', deleted) };
}
