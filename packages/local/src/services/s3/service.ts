import type { Answer } from '../../core/http.ts';
import type { Action, CallContext, ServiceModule } from '../../core/service.ts';
import {
  createBucket,
  deleteBucket,
  getBucketEncryption,
  getBucketLocation,
  headBucket,
  listBuckets,
} from './buckets.ts';
import { s3Error } from './errors.ts';
import { checkHeaders } from './headers.ts';
import { listObjectsV2 } from './listing.ts';
import { getBucketNotificationConfiguration, putBucketNotificationConfiguration } from './notifications.ts';
import type { S3Answer, S3Request } from './object-store.ts';
import { element } from './object-store.ts';
import { copyObject, deleteObject, deleteObjects, getObject, putObject } from './objects.ts';
import { route } from './route.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './uploads.ts';
import { getBucketVersioning, listObjectVersions, putBucketVersioning } from './versions.ts';

/**
 * A presigned URL is good until its time is over, on the endpoint's clock.
 *
 * @throws ServiceError `AccessDenied`
 */
function checkExpiry({ search }: S3Request['http'], nowMs: number): void {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(search.get('X-Amz-Date') ?? '') ?? [];
  const seconds = search.get('X-Amz-Expires');
  if (year === undefined || seconds === null) return;
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (nowMs > signedMs + Number(seconds) * 1000) throw s3Error('AccessDenied', {}, 'Request has expired');
}

const act =
  (action: (request: S3Request, context: CallContext) => S3Answer): Action =>
  (input, context) => {
    const request = input as unknown as S3Request; // route() makes every input
    checkExpiry(request.http, context.clock.now());
    checkHeaders(request.http, context);
    return action(request, context);
  };

const ids = (requestId: string) => ({ 'x-amz-request-id': requestId, 'x-amz-id-2': `${requestId}/local` });

function refuse(
  { status, code, message, fields, headers }: Parameters<NonNullable<ServiceModule['rest']>['refuse']>[0],
  requestId: string,
): Answer {
  const more = Object.entries(fields).map(([name, value]) => element(name, String(value)));
  const said = [element('Code', code), element('Message', message), ...more, element('RequestId', requestId)];
  const body = status === 304 ? '' : `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', said)}`;
  return { status, headers: { 'content-type': 'application/xml', ...headers, ...ids(requestId) }, body };
}

/** S3: buckets, objects, versions, multipart uploads and notifications. */
export const s3: ServiceModule = {
  name: 's3',
  throttled: { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 },
  rest: {
    route,
    answer: (output, requestId) => {
      const { status = 200, headers = {}, body = '' } = output as S3Answer; // what every action of S3 gives
      return { status, headers: { ...headers, ...ids(requestId) }, body };
    },
    refuse,
  },
  actions: {
    AbortMultipartUpload: act(abortMultipartUpload),
    CompleteMultipartUpload: act(completeMultipartUpload),
    CopyObject: act(copyObject),
    CreateBucket: act(createBucket),
    CreateMultipartUpload: act(createMultipartUpload),
    DeleteBucket: act(deleteBucket),
    DeleteObject: act(deleteObject),
    DeleteObjects: act(deleteObjects),
    GetBucketEncryption: act(getBucketEncryption),
    GetBucketLocation: act(getBucketLocation),
    GetBucketNotificationConfiguration: act(getBucketNotificationConfiguration),
    GetBucketVersioning: act(getBucketVersioning),
    GetObject: act(getObject),
    HeadBucket: act(headBucket),
    // As GET; the server leaves the body out.
    HeadObject: act(getObject),
    ListBuckets: act(listBuckets),
    ListMultipartUploads: act(listMultipartUploads),
    ListObjectVersions: act(listObjectVersions),
    ListObjectsV2: act(listObjectsV2),
    ListParts: act(listParts),
    PutBucketNotificationConfiguration: act(putBucketNotificationConfiguration),
    PutBucketVersioning: act(putBucketVersioning),
    PutObject: act(putObject),
    UploadPart: act(uploadPart),
    UploadPartCopy: act(uploadPartCopy),
  },
};
