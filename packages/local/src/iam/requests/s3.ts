import type { HttpRequest } from '../../core/http.ts';
import type { Input, Operation, Operations } from './operation.ts';
import { text } from './operation.ts';

const header = (input: Input, name: string) => text((input.http as HttpRequest | undefined)?.headers[name]);
const search = (input: Input, name: string) => text((input.http as HttpRequest | undefined)?.search.get(name));

/** Headers that are condition keys under their own name. */
const HEADERS = [
  'x-amz-storage-class',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-content-sha256',
  'x-amz-acl',
];

/** Source: S3's page in the Service Authorization Reference. */
const s3 = (...actions: string[]): Operation => ({
  actions: actions.map((name) => `s3:${name}`),
  keys: (input) => ({
    ...Object.fromEntries(HEADERS.map((name) => [`s3:${name}`, header(input, name)])),
    's3:prefix': search(input, 'prefix'),
    's3:delimiter': search(input, 'delimiter'),
    's3:max-keys': search(input, 'max-keys'),
    's3:VersionId': search(input, 'versionId'),
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:authType': header(input, 'authorization') === undefined ? 'REST-QUERY-STRING' : 'REST-HEADER',
  }),
});

export const S3: Operations = {
  AbortMultipartUpload: s3('AbortMultipartUpload'),
  CompleteMultipartUpload: s3('PutObject'),
  CopyObject: s3('GetObject', 'GetObjectVersion', 'PutObject'),
  CreateBucket: s3('CreateBucket'),
  CreateMultipartUpload: s3('PutObject'),
  DeleteBucket: s3('DeleteBucket'),
  DeleteObject: s3('DeleteObject', 'DeleteObjectVersion'),
  DeleteObjects: s3('DeleteObject', 'DeleteObjectVersion'),
  GetBucketEncryption: s3('GetEncryptionConfiguration'),
  GetBucketLocation: s3('GetBucketLocation'),
  GetBucketNotificationConfiguration: s3('GetBucketNotification'),
  GetBucketVersioning: s3('GetBucketVersioning'),
  GetObject: s3('GetObject', 'GetObjectVersion'),
  HeadBucket: s3('ListBucket'),
  HeadObject: s3('GetObject', 'GetObjectVersion'),
  ListBuckets: s3('ListAllMyBuckets'),
  ListMultipartUploads: s3('ListBucketMultipartUploads'),
  ListObjectVersions: s3('ListBucketVersions'),
  ListObjectsV2: s3('ListBucket'),
  ListParts: s3('ListMultipartUploadParts'),
  PutBucketNotificationConfiguration: s3('PutBucketNotification'),
  PutBucketVersioning: s3('PutBucketVersioning'),
  PutObject: s3('PutObject'),
  UploadPart: s3('PutObject'),
  UploadPartCopy: s3('GetObject', 'GetObjectVersion', 'PutObject'),
};
