import { storeKey } from '../../core/stores.ts';

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

export interface Bucket {
  readonly name: string;
  readonly createdMs: number;
  readonly objects: Map<string, StoredObject>;
}

export const buckets = storeKey('s3', () => new Map<string, Bucket>());
