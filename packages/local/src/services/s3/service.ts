import type { Answer } from '../../core/http.ts';
import type { Action, CallContext, ServiceModule } from '../../core/service.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { s3Error } from './errors.ts';
import { listObjectsV2 } from './listing.ts';
import type { S3Answer, S3Request } from './object-store.ts';
import { element } from './object-store.ts';
import { copyObject, deleteObject, deleteObjects, getObject, putObject } from './objects.ts';
import { route } from './route.ts';

/** A presigned URL is good until its time is over, on the endpoint's clock. @throws ServiceError `AccessDenied` */
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
    return action(request, context);
  };

const ids = (requestId: string) => ({ 'x-amz-request-id': requestId, 'x-amz-id-2': `${requestId}/local` });

function refuse(
  { status, code, message, fields }: Parameters<NonNullable<ServiceModule['rest']>['refuse']>[0],
  requestId: string,
): Answer {
  const more = Object.entries(fields).map(([name, value]) => element(name, String(value)));
  const said = [element('Code', code), element('Message', message), ...more, element('RequestId', requestId)];
  const body = status === 304 ? '' : `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', said)}`;
  return { status, headers: { 'content-type': 'application/xml', ...ids(requestId) }, body };
}

/** S3, as far as payloads that are too large for a message need it. */
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
    CopyObject: act(copyObject),
    CreateBucket: act(createBucket),
    DeleteBucket: act(deleteBucket),
    DeleteObject: act(deleteObject),
    DeleteObjects: act(deleteObjects),
    GetBucketLocation: act(getBucketLocation),
    GetObject: act(getObject),
    HeadBucket: act(headBucket),
    // As GET; the server leaves the body out.
    HeadObject: act(getObject),
    ListBuckets: act(listBuckets),
    ListObjectsV2: act(listObjectsV2),
    PutObject: act(putObject),
  },
};
