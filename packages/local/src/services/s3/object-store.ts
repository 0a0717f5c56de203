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
  /** Further headers of GET's answer: `content-type`, `cache-control`, `x-amz-meta-*`... */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-checksum-*`, shown when a request asks for them. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** One version of a key. Without an object it is a delete marker. */
export interface StoredVersion {
  readonly id: string;
  readonly modifiedMs: number;
  readonly object: StoredObject | undefined;
}

export interface UploadPart {
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedMs: number;
  readonly checksums: Readonly<Record<string, string>>;
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly startedMs: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Of its checksums, e.g. `crc32`. */
  readonly algorithm: string | undefined;
  /** Whether the object's checksum is made of those of its parts. */
  readonly isComposite: boolean;
  readonly parts: Map<number, UploadPart>;
}

/** Where events go, and which. */
export interface NotificationRule {
  readonly kind: 'queue' | 'topic' | 'function';
  readonly id: string;
  readonly arn: string;
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
}

export interface Bucket {
  readonly name: string;
  readonly createdMs: number;
  /** The current object of each key. */
  readonly objects: Map<string, StoredObject>;
  /** Undefined until versioning was first enabled. */
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** The versions of each key, newest first, once there was versioning. */
  readonly versions: Map<string, readonly StoredVersion[]>;
  readonly uploads: Map<string, Upload>;
  notifications: readonly NotificationRule[];
}

export const newBucket = (name: string, createdMs: number): Bucket => ({
  name,
  createdMs,
  objects: new Map(),
  versioning: undefined,
  versions: new Map(),
  uploads: new Map(),
  notifications: [],
});

export const buckets = storeKey('s3', () => new Map<string, Bucket>());

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/**
 * XML has no form for most control characters. Clients with such keys ask for `encoding-type=url`.
 */
const escapeText = (text: string) => text.replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);

/** An element with text, or with elements that are XML already. */
export const element = (name: string, content: string | number | boolean | readonly string[]): string =>
  `<${name}>${Array.isArray(content) ? content.join('') : escapeText(String(content))}</${name}>`;

/** A whole answer in S3's namespace. */
export const document = (name: string, content: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join('')}</${name}>`;

export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** The input of every action of S3. */
export interface S3Request {
  readonly bucket: string;
  readonly key: string;
  readonly http: HttpRequest;
}

/** The output of every action of S3. */
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

/** An answer of XML. */
export const xmlAnswer = (body: string, headers: Readonly<Record<string, string>> = {}): S3Answer => ({
  headers: { 'content-type': 'application/xml', ...headers },
  body,
});

/** A header's text, undefined when it is absent. */
export const header = ({ headers }: HttpRequest, name: string): string | undefined => headers[name]?.toString();
