import type { CallContext } from '../../../core/service.ts';
import { checkRead } from '../conditions.ts';
import { s3Error } from '../errors.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { bucketOf, header, objectArn, objectOf } from '../request.ts';
import type { StoredObject } from '../store.ts';

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
