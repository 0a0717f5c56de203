import type { CallContext } from '../../../core/service.ts';
import { checkWrite } from '../conditions.ts';
import { s3Error } from '../errors.ts';
import { readObjectHeaders } from '../object-headers.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { bucketOf, header, objectArn, objectOf } from '../request.ts';
import { document, element, isoTime } from '../xml.ts';
import { checkKey } from './put-object.ts';

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
