import type { HttpRequest } from '../../core/http.ts';
import { s3Error } from './errors.ts';

interface Target {
  readonly bucket: string;
  readonly key: string;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw s3Error('InvalidArgument', {}, "Couldn't parse the specified URI.");
  }
}

/** Bucket and key, still with percent signs, from `bucket.localhost` or from the path. */
function targetOf({ headers, path }: HttpRequest): Target {
  const host = headers.host?.replace(/:\d+$/, '') ?? '';
  const virtual = /^([^.].*?)(?:\.s3(?:[.-][a-z0-9-]+)?)?\.localhost$/.exec(host)?.[1];
  if (virtual !== undefined && virtual !== 's3') return { bucket: virtual, key: path.slice(1) };
  const slash = path.indexOf('/', 1);
  return slash < 0 ? { bucket: path.slice(1), key: '' } : { bucket: path.slice(1, slash), key: path.slice(slash + 1) };
}

/**
 * Query parameters of operations. Any parameter besides these and the features below is refused.
 */
const PLAIN =
  /^(x-id|X-Amz-.*|x-amz-.*|response-[\w-]+|list-type|prefix|delimiter|max-keys|continuation-token|start-after|encoding-type|fetch-owner|max-buckets|bucket-region|key-marker|version-id-marker|upload-id-marker|max-uploads|max-parts|part-number-marker)$/;

/** Operations by method and, in the order of the alphabet, the parameters that name a feature. */
const ON_OBJECT: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  'GET versionId': 'GetObject',
  HEAD: 'HeadObject',
  'HEAD versionId': 'HeadObject',
  DELETE: 'DeleteObject',
  'DELETE versionId': 'DeleteObject',
  'POST uploads': 'CreateMultipartUpload',
  'PUT partNumber uploadId': 'UploadPart',
  'POST uploadId': 'CompleteMultipartUpload',
  'DELETE uploadId': 'AbortMultipartUpload',
  'GET uploadId': 'ListParts',
};
const ON_BUCKET: Readonly<Record<string, string>> = {
  PUT: 'CreateBucket',
  HEAD: 'HeadBucket',
  DELETE: 'DeleteBucket',
  'POST delete': 'DeleteObjects',
  'GET encryption': 'GetBucketEncryption',
  'GET location': 'GetBucketLocation',
  'GET notification': 'GetBucketNotificationConfiguration',
  'PUT notification': 'PutBucketNotificationConfiguration',
  'GET uploads': 'ListMultipartUploads',
  'GET versioning': 'GetBucketVersioning',
  'PUT versioning': 'PutBucketVersioning',
  'GET versions': 'ListObjectVersions',
};

/** Operations that read from another object, by those that do not. */
const COPIES: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

function operationOf({ method, search, headers }: HttpRequest, { bucket, key }: Target): string | undefined {
  const features = [...new Set(search.keys())].filter((name) => !PLAIN.test(name)).sort();
  const request = [method, ...features].join(' ');
  if (bucket === '') return request === 'GET' ? 'ListBuckets' : undefined;
  if (key === '') return request === 'GET' && search.get('list-type') === '2' ? 'ListObjectsV2' : ON_BUCKET[request];
  const operation = ON_OBJECT[request];
  return headers['x-amz-copy-source'] === undefined ? operation : COPIES[operation ?? ''];
}

/** The operation that a request to S3 asks for. Undefined if it is not implemented. */
export function route(http: HttpRequest) {
  const target = targetOf(http);
  const operation = operationOf(http, target);
  if (operation === undefined) return undefined;
  return { operation, input: () => ({ bucket: decode(target.bucket), key: decode(target.key), http }) };
}
