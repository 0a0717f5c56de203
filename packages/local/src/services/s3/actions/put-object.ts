import { createHash } from 'node:crypto';
import type { CallContext } from '../../../core/service.ts';
import { checkWrite } from '../conditions.ts';
import { s3Error } from '../errors.ts';
import { readObjectHeaders } from '../object-headers.ts';
import { readPayload } from '../read-payload.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { bucketOf, objectArn } from '../request.ts';

/** "The name for a key is a sequence of at most 1,024 bytes." */
const MAX_KEY_BYTES = 1024;

/** @throws ServiceError `KeyTooLongError` */
export function checkKey(key: string): void {
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
