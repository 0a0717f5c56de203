import type { HttpRequest } from '../../core/http.ts';
import type { CallContext } from '../../core/service.ts';
import { storeKey } from '../../core/stores.ts';
import { s3Error } from './errors.ts';

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  /** With its quotes, as every header carries it. */
  readonly etag: string;
  readonly modifiedMs: number;
  /** What GET answers with besides: `content-type`, `cache-control`, `x-amz-meta-*`... */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-checksum-*`, shown to who asks for them. */
  readonly checksums: Readonly<Record<string, string>>;
}

interface Bucket {
  readonly name: string;
  readonly createdMs: number;
  readonly objects: Map<string, StoredObject>;
}

export const buckets = storeKey('s3', () => new Map<string, Bucket>());

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** XML has no way to write most control characters: whoever has keys of that kind asks for `encoding-type=url`. */
const escapeText = (text: string) => text.replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);

/** An element with text, or with elements that are XML already. */
export const element = (name: string, content: string | number | boolean | readonly string[]): string =>
  `<${name}>${Array.isArray(content) ? content.join('') : escapeText(String(content))}</${name}>`;

/** A whole answer in S3's namespace. */
export const document = (name: string, content: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</${name}>`;

export const isoTime = (ms: number): string => new Date(ms).toISOString();

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
