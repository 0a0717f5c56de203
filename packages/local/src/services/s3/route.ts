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

/** Query parameters that change nothing of what is asked for; any other names a feature. */
const PLAIN =
  /^(x-id|X-Amz-.*|x-amz-.*|response-[\w-]+|list-type|prefix|delimiter|max-keys|continuation-token|start-after|encoding-type|fetch-owner|max-buckets|bucket-region)$/;

const ON_OBJECT: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
};
const ON_BUCKET: Readonly<Record<string, string>> = { PUT: 'CreateBucket', HEAD: 'HeadBucket', DELETE: 'DeleteBucket' };

function operationOf(request: HttpRequest, { bucket, key }: Target): string | undefined {
  const { method, search, headers } = request;
  const features = [...search.keys()].filter((name) => !PLAIN.test(name));
  if (bucket === '') return method === 'GET' && features.length === 0 ? 'ListBuckets' : undefined;
  if (key === '' && features.length === 1) {
    if (method === 'POST' && features[0] === 'delete') return 'DeleteObjects';
    if (method === 'GET' && features[0] === 'location') return 'GetBucketLocation';
  }
  if (features.length > 0) return undefined;
  if (key === '') return method === 'GET' && search.get('list-type') === '2' ? 'ListObjectsV2' : ON_BUCKET[method];
  return method === 'PUT' && headers['x-amz-copy-source'] !== undefined ? 'CopyObject' : ON_OBJECT[method];
}

/** What a request to S3 asks for; undefined for what is not here. */
export function route(http: HttpRequest) {
  const target = targetOf(http);
  const operation = operationOf(http, target);
  if (operation === undefined) return undefined;
  return { operation, input: () => ({ bucket: decode(target.bucket), key: decode(target.key), http }) };
}
