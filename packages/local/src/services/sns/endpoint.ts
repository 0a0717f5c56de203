import { invalidParameter, notImplemented } from './errors.ts';
import type { Topic } from './topic.ts';

const OTHER_PROTOCOLS = ['application', 'email', 'email-json', 'firehose', 'sms'];

function isUrl(protocol: string, endpoint: string): boolean {
  return URL.canParse(endpoint) && new URL(endpoint).protocol === `${protocol}:`;
}

/** Whether an endpoint may subscribe. @throws ServiceError `InvalidParameter`, `NotImplemented` */
export function checkEndpoint(topic: Topic, protocol: string, endpoint: string): void {
  if (OTHER_PROTOCOLS.includes(protocol)) throw notImplemented(`Subscribe with protocol ${protocol}`);
  if (!['sqs', 'lambda', 'http', 'https'].includes(protocol)) {
    throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
  }
  // "Customer managed endpoints can't subscribe to FIFO topics" (developer guide, message delivery for FIFO topics).
  if (topic.fifo && protocol !== 'sqs') {
    throw invalidParameter('Protocol Reason: only SQS queues can be subscribed to FIFO SNS topics');
  }
  if (protocol === 'sqs') {
    if (!/^arn:aws[a-z-]*:sqs:[^:]+:\d{12}:[^:]+$/.test(endpoint)) throw invalidParameter('SQS endpoint ARN');
    if (endpoint.endsWith('.fifo') && !topic.fifo) {
      throw invalidParameter('Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
    }
  } else if (protocol === 'lambda') {
    if (!/^arn:aws[a-z-]*:lambda:[^:]+:\d{12}:function:[^:]+(?::[^:]+)?$/.test(endpoint)) {
      throw invalidParameter('Lambda endpoint ARN');
    }
  } else if (!isUrl(protocol, endpoint)) {
    throw invalidParameter('Endpoint must match the specified protocol');
  }
}
