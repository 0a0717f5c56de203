import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';
import type { S3Answer, S3Request } from './object-store.ts';
import { bucketOf, buckets, document, element, isoTime } from './object-store.ts';

const arnOf = (bucket: string) => `arn:aws:s3:::${bucket}`;

/** Source: "General purpose bucket naming rules". */
const isName = (name: string) =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
  !name.includes('..') &&
  !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
  !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
  !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);

export function createBucket({ bucket }: S3Request, { stores, clock, region, touches }: CallContext): S3Answer {
  touches(arnOf(bucket));
  if (!isName(bucket)) throw s3Error('InvalidBucketName', { BucketName: bucket });
  const all = stores.get(buckets);
  // us-east-1 answers 200 to its owner, as it always has.
  if (all.has(bucket) && region !== 'us-east-1') throw s3Error('BucketAlreadyOwnedByYou', { BucketName: bucket });
  if (!all.has(bucket)) all.set(bucket, { name: bucket, createdMs: clock.now(), objects: new Map() });
  return { headers: { location: `/${bucket}` } };
}

export function headBucket(request: S3Request, context: CallContext): S3Answer {
  context.touches(arnOf(request.bucket), 's3:ListBucket');
  bucketOf(request, context);
  return { headers: { 'x-amz-bucket-region': context.region } };
}

export function getBucketLocation(request: S3Request, context: CallContext): S3Answer {
  context.touches(arnOf(request.bucket));
  bucketOf(request, context);
  const { region } = context;
  const body = document('LocationConstraint', region === 'us-east-1' ? [] : [region]);
  return { headers: { 'content-type': 'application/xml' }, body };
}

export function deleteBucket(request: S3Request, context: CallContext): S3Answer {
  context.touches(arnOf(request.bucket));
  const { name, objects } = bucketOf(request, context);
  if (objects.size > 0) throw s3Error('BucketNotEmpty', { BucketName: name });
  context.stores.get(buckets).delete(name);
  return { status: 204 };
}

export function listBuckets(_request: S3Request, { stores, account, touches }: CallContext): S3Answer {
  touches('*', 's3:ListAllMyBuckets');
  const sorted = [...stores.get(buckets).values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const items = sorted.map(({ name, createdMs }) =>
    element('Bucket', [element('Name', name), element('CreationDate', isoTime(createdMs))]),
  );
  const body = document('ListAllMyBucketsResult', [
    element('Owner', [element('ID', account)]),
    element('Buckets', items),
  ]);
  return { headers: { 'content-type': 'application/xml' }, body };
}
