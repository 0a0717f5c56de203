import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';
import { readMaxKeys, readToken } from './listing.ts';
import type { S3Answer, S3Request } from './object-store.ts';
import { bucketOf, buckets, document, element, isoTime, newBucket, xmlAnswer } from './object-store.ts';

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
  if (!all.has(bucket)) all.set(bucket, newBucket(bucket, clock.now()));
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

/** Every bucket encrypts with keys of S3 by itself (user guide, "default bucket encryption"). */
export function getBucketEncryption(request: S3Request, context: CallContext): S3Answer {
  context.touches(arnOf(request.bucket), 's3:GetEncryptionConfiguration');
  bucketOf(request, context);
  const rule = element('Rule', [
    element('ApplyServerSideEncryptionByDefault', [element('SSEAlgorithm', 'AES256')]),
    element('BucketKeyEnabled', 'false'),
  ]);
  return xmlAnswer(document('ServerSideEncryptionConfiguration', [rule]));
}

export function deleteBucket(request: S3Request, context: CallContext): S3Answer {
  context.touches(arnOf(request.bucket));
  const { name, objects, versions } = bucketOf(request, context);
  if (objects.size > 0 || versions.size > 0) throw s3Error('BucketNotEmpty', { BucketName: name });
  context.stores.get(buckets).delete(name);
  return { status: 204 };
}

export function listBuckets(request: S3Request, { stores, account, region, touches }: CallContext): S3Answer {
  touches('*', 's3:ListAllMyBuckets');
  const { search } = request.http;
  const prefix = search.get('prefix') ?? '';
  const wanted = search.get('bucket-region') ?? region;
  // Source: API reference, Bucket: the region is shown when the request has a parameter.
  const isFiltered = ['prefix', 'bucket-region', 'max-buckets', 'continuation-token'].some((name) => search.has(name));
  const max = readMaxKeys(search.get('max-buckets'), 'max-buckets', 10_000);
  const token = readToken(search.get('continuation-token'));
  const rest = [...stores.get(buckets).values()]
    .filter(({ name }) => wanted === region && name.startsWith(prefix) && (token === undefined || name > token))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = rest.slice(0, max);
  const last = page.at(-1);
  const items = page.map(({ name, createdMs }) =>
    element('Bucket', [
      element('Name', name),
      element('CreationDate', isoTime(createdMs)),
      ...(isFiltered ? [element('BucketRegion', region)] : []),
    ]),
  );
  return xmlAnswer(
    document('ListAllMyBucketsResult', [
      element('Owner', [element('ID', account)]),
      element('Buckets', items),
      ...(rest.length > page.length && last !== undefined
        ? [element('ContinuationToken', Buffer.from(last.name).toString('base64url'))]
        : []),
      ...(prefix === '' ? [] : [element('Prefix', prefix)]),
    ]),
  );
}
