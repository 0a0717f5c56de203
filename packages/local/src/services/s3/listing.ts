import type { CallContext } from '../../core/service.ts';
import { s3Error } from './errors.ts';
import type { S3Answer, S3Request, StoredObject } from './object-store.ts';
import { bucketOf, document, element, isoTime } from './object-store.ts';

const MAX_KEYS = 1000;

function readMaxKeys(text: string | null): number {
  if (text === null || text === '') return MAX_KEYS;
  if (!/^\d{1,10}$/.test(text)) throw s3Error('InvalidArgument', { ArgumentName: 'max-keys', ArgumentValue: text });
  return Math.min(Number(text), MAX_KEYS);
}

function readToken(token: string | null): string | undefined {
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

/** S3 sorts by the bytes of UTF-8. */
const inOrder = (a: StoredObject, b: StoredObject) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
const isAfter = (key: string, after: string) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;

type Entry = { readonly object: StoredObject } | { readonly prefix: string };

/** Objects, and what they have in common up to the delimiter instead of those that have something. */
function group(objects: readonly StoredObject[], prefix: string, delimiter: string): Entry[] {
  const entries: Entry[] = [];
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

const nameOf = (entry: Entry) => ('object' in entry ? entry.object.key : entry.prefix);

export function listObjectsV2(request: S3Request, context: CallContext): S3Answer {
  context.touches(`arn:aws:s3:::${request.bucket}`, 's3:ListBucket');
  const { name, objects } = bucketOf(request, context);
  const { search } = request.http;
  const prefix = search.get('prefix') ?? '';
  const delimiter = search.get('delimiter') ?? '';
  const maxKeys = readMaxKeys(search.get('max-keys'));
  const token = search.get('continuation-token');
  const after = readToken(token) ?? search.get('start-after') ?? '';
  const url = search.get('encoding-type') === 'url';
  const said = (key: string) => (url ? encodeURIComponent(key).replaceAll('%2F', '/') : key);
  const matching = [...objects.values()].filter(({ key }) => key.startsWith(prefix)).sort(inOrder);
  // A common prefix that was given out stands for all of its keys: those after it in the order are not after it in the listing.
  const rest = group(matching, prefix, delimiter).filter((entry) => after === '' || isAfter(nameOf(entry), after));
  const page = rest.slice(0, maxKeys);
  const truncated = maxKeys > 0 && rest.length > maxKeys;
  const last = page.at(-1);
  const contents = page.flatMap((entry) =>
    'object' in entry
      ? [
          element('Contents', [
            element('Key', said(entry.object.key)),
            element('LastModified', isoTime(entry.object.modifiedMs)),
            element('ETag', entry.object.etag),
            element('Size', entry.object.body.length),
            element('StorageClass', entry.object.headers['x-amz-storage-class'] ?? 'STANDARD'),
          ]),
        ]
      : [],
  );
  const prefixes = page.flatMap((entry) =>
    'prefix' in entry ? [element('CommonPrefixes', [element('Prefix', said(entry.prefix))])] : [],
  );
  const body = document('ListBucketResult', [
    element('Name', name),
    element('Prefix', said(prefix)),
    ...(delimiter === '' ? [] : [element('Delimiter', said(delimiter))]),
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
