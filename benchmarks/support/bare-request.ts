import { createHmac, createSecretKey, hash } from 'node:crypto';

const key = createSecretKey(Buffer.alloc(32, 1));
const DATE = '20260101T000000Z';
const SCOPE = '20260101/eu-central-1/sqs/aws4_request';
const SIGNED = 'content-type;host;x-amz-date;x-amz-target';

/**
 * The text of a signed request to SQS at `host`: the floors' own, with a date that stands still and
 * no header that could be left out.
 */
export function bareRequest(host: string, operation: string, input: object): string {
  const body = JSON.stringify(input);
  const canonical = `POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:${host}\nx-amz-date:${DATE}\nx-amz-target:AmazonSQS.${operation}\n\n${SIGNED}\n${hash('sha256', body)}`;
  const signature = createHmac('sha256', key)
    .update(`AWS4-HMAC-SHA256\n${DATE}\n${SCOPE}\n${hash('sha256', canonical)}`)
    .digest('hex');
  return `POST / HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-date: ${DATE}\r\nx-amz-target: AmazonSQS.${operation}\r\nauthorization: AWS4-HMAC-SHA256 Credential=bench/${SCOPE}, SignedHeaders=${SIGNED}, Signature=${signature}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
