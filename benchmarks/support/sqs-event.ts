import { createHash } from 'node:crypto';

/** An SQS event as its event source mapping sends it: ten records, the default batch. */
export function sqsEvent() {
  const body = JSON.stringify({ index: 1, note: 'an order of ordinary size', items: ['a', 'b'] });
  return {
    Records: Array.from({ length: 10 }, (_, index) => ({
      messageId: `00000000-0000-4000-8000-00000000000${index}`,
      receiptHandle: `handle-${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1763806272345',
        SenderId: 'AIDAIENQZJOLO23YVJ4VO',
        ApproximateFirstReceiveTimestamp: '1763806272350',
      },
      messageAttributes: {},
      md5OfBody: createHash('md5').update(body).digest('hex'),
      eventSource: 'aws:sqs' as const,
      eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:bench',
      awsRegion: 'eu-central-1',
    })),
  };
}

export const LAMBDA_CONTEXT = {
  awsRequestId: '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:bench',
  functionName: 'bench',
  functionVersion: '1',
  memoryLimitInMB: '512',
  getRemainingTimeInMillis: () => 30_000,
};
