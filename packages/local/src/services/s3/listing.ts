import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';
import type { S3Answer, S3Request } from './object-store.ts';
import { bucketOf, document, element, isoTime } from './object-store.ts';

const MAX_KEYS = 1000;

/** @throws ServiceError `InvalidArgument` */
export function readMaxKeys(text: string | null, name = 'max-keys', most = MAX_KEYS): number {
  if (text === null || text === '') return most;
  if (!/^\d{1,10}$/.test(text)) throw s3Error('InvalidArgument', { ArgumentName: name, ArgumentValue: text });
  return Math.min(Number(text), most);
}

/** The name in a continuation token. @throws ServiceError `InvalidArgument` */
export function readToken(token: string | null): string | undefined {
  if (token === null) return undefined;
  const key = Buffer.from(token, 'base64url').toString();
  if (token === '' || Buffer.from(key).toString('base64url') !== token) {
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'continuation-token' },
      'The continuation token provided is incorrect',
    );
  }
  return key;
}

/** How keys are written: percent-encoded if the request asks for it. */
export function written(search: URLSearchParams) {
  const url = search.get('encoding-type') === 'url';
  return { url, write: (key: string) => (url ? encodeURIComponent(key).replaceAll('%2F', '/') : key) };
}

interface Keyed {
  readonly key: string;
}

/** S3 sorts by the bytes of UTF-8. */
export const inKeyOrder = (a: Keyed, b: Keyed): number => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
const isAfter = (key: string, after: string) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;

type Entry<T> = { readonly object: T } | { readonly prefix: string };

/** Objects by key. Those that have the delimiter after the prefix become one common prefix. */
export function groupByPrefix<T extends Keyed>(objects: readonly T[], prefix: string, delimiter: string): Entry<T>[] {
  const entries: Entry<T>[] = [];
  let last: string | undefined;
  for (const object of objects) {
    const at = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const common = at < 0 ? undefined : object.key.slice(0, at + delimiter.length);
    if (common === undefined) entries.push({ object });
    else if (common !== last) entries.push({ prefix: common });
    last = common;
  }
  return entries;
}

const nameOf = (entry: Entry<Keyed>) => ('object' in entry ? entry.object.key : entry.prefix);

export function listObjectsV2(request: S3Request, context: CallContext): S3Answer {
  context.touches(`arn:aws:s3:::${request.bucket}`, 's3:ListBucket');
  const { name, objects } = bucketOf(request, context);
  const { search } = request.http;
  const prefix = search.get('prefix') ?? '';
  const delimiter = search.get('delimiter') ?? '';
  const maxKeys = readMaxKeys(search.get('max-keys'));
  const token = search.get('continuation-token');
  const after = readToken(token) ?? search.get('start-after') ?? '';
  const { url, write } = written(search);
  const matching = [...objects.values()].filter(({ key }) => key.startsWith(prefix)).sort(inKeyOrder);
  // A common prefix that was listed stands for all of its keys.
  const rest = groupByPrefix(matching, prefix, delimiter).filter(
    (entry) => after === '' || isAfter(nameOf(entry), after),
  );
  const page = rest.slice(0, maxKeys);
  const truncated = maxKeys > 0 && rest.length > maxKeys;
  const last = page.at(-1);
  const contents = page.flatMap((entry) =>
    'object' in entry
      ? [
          element('Contents', [
            element('Key', write(entry.object.key)),
            element('LastModified', isoTime(entry.object.modifiedMs)),
            element('ETag', entry.object.etag),
            element('Size', entry.object.body.length),
            element('StorageClass', entry.object.headers['x-amz-storage-class'] ?? 'STANDARD'),
            ...(search.get('fetch-owner') === 'true' ? [element('Owner', [element('ID', context.account)])] : []),
          ]),
        ]
      : [],
  );
  const prefixes = page.flatMap((entry) =>
    'prefix' in entry ? [element('CommonPrefixes', [element('Prefix', write(entry.prefix))])] : [],
  );
  const body = document('ListBucketResult', [
    element('Name', name),
    element('Prefix', write(prefix)),
    ...(delimiter === '' ? [] : [element('Delimiter', write(delimiter))]),
    element('MaxKeys', maxKeys),
    element('KeyCount', page.length),
    element('IsTruncated', truncated),
    ...(url ? [element('EncodingType', 'url')] : []),
    ...(token === null ? [] : [element('ContinuationToken', token)]),
    ...(truncated && last !== undefined
      ? [element('NextContinuationToken', Buffer.from(nameOf(last)).toString('base64url'))]
      : []),
    ...contents,
    ...prefixes,
  ]);
  return { headers: { 'content-type': 'application/xml' }, body };
}
