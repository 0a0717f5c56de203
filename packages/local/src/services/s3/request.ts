import type { HttpRequest } from '../../core/http-request.ts';
import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';
import type { Bucket, StoredObject } from './store.ts';
import { buckets } from './store.ts';

/** What every action of S3 gets. */
export interface S3Request {
  readonly bucket: string;
  readonly key: string;
  readonly http: HttpRequest;
}

/** What every action of S3 gives. */
export interface S3Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** @throws ServiceError `NoSuchBucket` */
export function bucketOf({ bucket }: Pick<S3Request, 'bucket'>, { stores }: CallContext): Bucket {
  const found = stores.get(buckets).get(bucket);
  if (found === undefined) throw s3Error('NoSuchBucket', { BucketName: bucket });
  return found;
}

export const objectArn = (bucket: string, key: string) => `arn:aws:s3:::${bucket}/${key}`;

/** @throws ServiceError `NoSuchKey` */
export function objectOf(bucket: Bucket, key: string): StoredObject {
  const found = bucket.objects.get(key);
  if (found === undefined) throw s3Error('NoSuchKey', { Key: key });
  return found;
}

/** A header's text, undefined when it is absent. */
export const header = ({ headers }: HttpRequest, name: string): string | undefined => headers[name]?.toString();
