import { createHash, randomBytes } from 'node:crypto';
import { parseXml, xmlAt } from '../../client/xml.ts';
import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';
import { inKeyOrder, readMaxKeys, written } from './listing.ts';
import { notify } from './notifications.ts';
import type { Bucket, S3Answer, S3Request, StoredObject, Upload, UploadPart } from './object-store.ts';
import { bucketOf, document, element, header, isoTime, objectArn, xmlAnswer } from './object-store.ts';
import { checkKey, checkWrite, readObjectHeaders, readRange, readSource } from './objects.ts';
import { checksumOf, readPayload } from './payload.ts';
import { findObject, storeObject } from './versions.ts';

// Source: user guide, "Amazon S3 multipart upload limits".
const MAX_PARTS = 10_000;
const MIN_PART_BYTES = 5 * 1024 * 1024;
/** The server takes no larger object in one request either. */
const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

function uploadOf(bucket: Bucket, { key, http }: S3Request): Upload {
  const id = http.search.get('uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload?.key !== key) throw s3Error('NoSuchUpload', { UploadId: id });
  return upload;
}

const algorithmOf = ({ http }: S3Request) => header(http, 'x-amz-checksum-algorithm')?.toLowerCase();

export function createMultipartUpload(request: S3Request, context: CallContext): S3Answer {
  const { key, http } = request;
  context.touches(objectArn(request.bucket, key), 's3:PutObject');
  const bucket = bucketOf(request, context);
  checkKey(key);
  const id = randomBytes(48).toString('base64url');
  const algorithm = algorithmOf(request);
  // CRC64NVME is of the whole object; the others are composite unless the call says otherwise.
  const type = header(http, 'x-amz-checksum-type') ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  bucket.uploads.set(id, {
    id,
    key,
    startedMs: context.clock.now(),
    headers: readObjectHeaders(http),
    algorithm,
    isComposite: type === 'COMPOSITE',
    parts: new Map(),
  });
  const headers: Record<string, string> =
    algorithm === undefined ? {} : { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': type };
  return xmlAnswer(
    document('InitiateMultipartUploadResult', [
      element('Bucket', bucket.name),
      element('Key', key),
      element('UploadId', id),
    ]),
    headers,
  );
}

function readPartNumber({ http }: S3Request): number {
  const text = http.search.get('partNumber') ?? '';
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number < 1 || number > MAX_PARTS) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'partNumber', ArgumentValue: text },
      `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
    );
  }
  return number;
}

const toPart = (body: Buffer, checksums: UploadPart['checksums'], modifiedMs: number): UploadPart => ({
  body,
  checksums,
  modifiedMs,
  etag: `"${createHash('md5').update(body).digest('hex')}"`,
});

export function uploadPart(request: S3Request, context: CallContext): S3Answer {
  context.touches(objectArn(request.bucket, request.key), 's3:PutObject');
  const upload = uploadOf(bucketOf(request, context), request);
  const number = readPartNumber(request);
  const { body, checksums } = readPayload(request.http);
  const part = toPart(body, checksums, context.clock.now());
  upload.parts.set(number, part);
  return { headers: { etag: part.etag, ...checksums } };
}

export function uploadPartCopy(request: S3Request, context: CallContext): S3Answer {
  const source = readSource(header(request.http, 'x-amz-copy-source') ?? '');
  context.touches(objectArn(source.bucket, source.key), 's3:GetObject');
  context.touches(objectArn(request.bucket, request.key), 's3:PutObject');
  const upload = uploadOf(bucketOf(request, context), request);
  const number = readPartNumber(request);
  const { object } = findObject(bucketOf(source, context), source.key, source.versionId);
  const range = readRange(header(request.http, 'x-amz-copy-source-range'), object.body.length);
  const body = range === undefined ? object.body : object.body.subarray(range.first, range.last + 1);
  const part = toPart(Buffer.from(body), {}, context.clock.now());
  upload.parts.set(number, part);
  return xmlAnswer(
    document('CopyPartResult', [element('ETag', part.etag), element('LastModified', isoTime(part.modifiedMs))]),
  );
}

interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

function readCompletion(body: Buffer): NamedPart[] {
  try {
    const root = parseXml(body.toString());
    const parts = root.name === 'CompleteMultipartUpload' ? root.children.filter(({ name }) => name === 'Part') : [];
    const named = parts.map((part) => ({
      number: Number(xmlAt(part, 'PartNumber')?.text),
      etag: (xmlAt(part, 'ETag')?.text ?? '').replaceAll('"', ''),
    }));
    if (named.length > 0 && named.every(({ number }) => Number.isInteger(number))) return named;
  } catch {
    // refused below, like XML without parts
  }
  throw s3Error('MalformedXML');
}

/**
 * The parts that a completion names.
 *
 * @throws ServiceError `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `EntityTooLarge`
 */
function chosenParts(upload: Upload, named: readonly NamedPart[]): UploadPart[] {
  if (named.some(({ number }, index) => number <= (named[index - 1]?.number ?? 0))) throw s3Error('InvalidPartOrder');
  const parts = named.map(({ number, etag }) => {
    const part = upload.parts.get(number);
    if (part === undefined || part.etag !== `"${etag}"`) {
      throw s3Error('InvalidPart', { UploadId: upload.id, PartNumber: String(number), ETag: etag });
    }
    return part;
  });
  const small = parts.slice(0, -1).find(({ body }) => body.length < MIN_PART_BYTES);
  if (small !== undefined) {
    throw s3Error('EntityTooSmall', {
      ProposedSize: String(small.body.length),
      MinSizeAllowed: String(MIN_PART_BYTES),
    });
  }
  if (parts.reduce((size, { body }) => size + body.length, 0) > MAX_OBJECT_BYTES) {
    throw s3Error('EntityTooLarge', { MaxSizeAllowed: String(MAX_OBJECT_BYTES) });
  }
  return parts;
}

/** The checksum of the object: of its bytes, or of the checksums of its parts with their number. */
function checksumsOf({ algorithm, isComposite }: Upload, parts: readonly UploadPart[], body: Buffer) {
  if (algorithm === undefined) return {};
  const name = `x-amz-checksum-${algorithm}`;
  if (!isComposite) {
    const value = checksumOf(algorithm, body);
    return value === undefined ? {} : { [name]: value, 'x-amz-checksum-type': 'FULL_OBJECT' };
  }
  const texts = parts.map(({ checksums, body: part }) => checksums[name] ?? checksumOf(algorithm, part));
  const value = checksumOf(algorithm, Buffer.concat(texts.map((text) => Buffer.from(text ?? '', 'base64'))));
  return value === undefined ? {} : { [name]: `${value}-${parts.length}`, 'x-amz-checksum-type': 'COMPOSITE' };
}

function assemble(upload: Upload, parts: readonly UploadPart[], modifiedMs: number): StoredObject {
  const body = Buffer.concat(parts.map((part) => part.body));
  const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), 'hex')));
  return {
    key: upload.key,
    body,
    modifiedMs,
    headers: upload.headers,
    etag: `"${createHash('md5').update(digests).digest('hex')}-${parts.length}"`,
    checksums: checksumsOf(upload, parts, body),
  };
}

export function completeMultipartUpload(request: S3Request, context: CallContext): S3Answer {
  context.touches(objectArn(request.bucket, request.key), 's3:PutObject');
  const bucket = bucketOf(request, context);
  const upload = uploadOf(bucket, request);
  const parts = chosenParts(upload, readCompletion(request.http.body));
  checkWrite(request.http, request.key, bucket.objects.get(request.key));
  const object = assemble(upload, parts, context.clock.now());
  const versionId = storeObject(bucket, object);
  bucket.uploads.delete(upload.id);
  notify(bucket, { name: 'ObjectCreated:CompleteMultipartUpload', object, key: object.key, versionId }, context);
  const checksums = Object.entries(object.checksums).map(([name, value]) =>
    name === 'x-amz-checksum-type'
      ? element('ChecksumType', value)
      : element(`Checksum${name.slice('x-amz-checksum-'.length).toUpperCase()}`, value),
  );
  return xmlAnswer(
    document('CompleteMultipartUploadResult', [
      element('Location', `${context.origin}/${bucket.name}/${encodeURIComponent(upload.key)}`),
      element('Bucket', bucket.name),
      element('Key', upload.key),
      element('ETag', object.etag),
      ...checksums,
    ]),
    versionId === undefined ? {} : { 'x-amz-version-id': versionId },
  );
}

export function abortMultipartUpload(request: S3Request, context: CallContext): S3Answer {
  context.touches(objectArn(request.bucket, request.key));
  const bucket = bucketOf(request, context);
  bucket.uploads.delete(uploadOf(bucket, request).id);
  return { status: 204 };
}

export function listParts(request: S3Request, context: CallContext): S3Answer {
  context.touches(objectArn(request.bucket, request.key), 's3:ListMultipartUploadParts');
  const bucket = bucketOf(request, context);
  const upload = uploadOf(bucket, request);
  const { search } = request.http;
  const marker = Number(search.get('part-number-marker') ?? 0);
  const max = readMaxKeys(search.get('max-parts'), 'max-parts');
  const rest = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const page = rest.slice(0, max);
  return xmlAnswer(
    document('ListPartsResult', [
      element('Bucket', bucket.name),
      element('Key', upload.key),
      element('UploadId', upload.id),
      element('PartNumberMarker', marker),
      ...(rest.length > page.length ? [element('NextPartNumberMarker', page.at(-1)?.[0] ?? marker)] : []),
      element('MaxParts', max),
      element('IsTruncated', rest.length > page.length),
      element('StorageClass', 'STANDARD'),
      ...page.map(([number, { etag, body, modifiedMs }]) =>
        element('Part', [
          element('PartNumber', number),
          element('LastModified', isoTime(modifiedMs)),
          element('ETag', etag),
          element('Size', body.length),
        ]),
      ),
    ]),
  );
}

export function listMultipartUploads(request: S3Request, context: CallContext): S3Answer {
  context.touches(`arn:aws:s3:::${request.bucket}`, 's3:ListBucketMultipartUploads');
  const bucket = bucketOf(request, context);
  const { search } = request.http;
  const prefix = search.get('prefix') ?? '';
  const keyMarker = search.get('key-marker') ?? '';
  const idMarker = search.get('upload-id-marker') ?? '';
  const max = readMaxKeys(search.get('max-uploads'), 'max-uploads');
  const { write } = written(search);
  const rest = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .filter(({ key, id }) => key > keyMarker || (key === keyMarker && idMarker !== '' && id > idMarker))
    .sort((a, b) => inKeyOrder(a, b) || (a.id < b.id ? -1 : 1));
  const page = rest.slice(0, max);
  const last = page.at(-1);
  const truncated = rest.length > page.length && last !== undefined;
  return xmlAnswer(
    document('ListMultipartUploadsResult', [
      element('Bucket', bucket.name),
      element('KeyMarker', write(keyMarker)),
      element('UploadIdMarker', idMarker),
      ...(truncated ? [element('NextKeyMarker', write(last.key)), element('NextUploadIdMarker', last.id)] : []),
      element('Prefix', write(prefix)),
      element('MaxUploads', max),
      element('IsTruncated', truncated),
      ...page.map(({ key, id, startedMs }) =>
        element('Upload', [
          element('Key', write(key)),
          element('UploadId', id),
          element('StorageClass', 'STANDARD'),
          element('Initiated', isoTime(startedMs)),
        ]),
      ),
    ]),
  );
}
