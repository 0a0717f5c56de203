import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import * as z from 'zod/mini';
import { countMessages } from '../support/count-messages.ts';

const [messages = '20000', handlerMs = '0'] = process.argv.slice(2);
const count = countMessages(Number(messages), Number(messages) / 4);
const schema = z.object({ index: z.int(), note: z.string(), items: z.array(z.string()) });
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
// Its faster mode, eight at a time: ten messages per receive, one call to delete them.
for (let poller = 0; poller < 8; poller += 1) {
  const consumer = Consumer.create({
    queueUrl: `${process.env.AWS_ENDPOINT_URL}/000000000000/bench`,
    sqs,
    batchSize: 10,
    waitTimeSeconds: 20,
    messageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
    messageAttributeNames: ['All'],
    handleMessageBatch: async (batch) => {
      await Promise.all(
        batch.map(async ({ Body }) => {
          schema.parse(JSON.parse(Body ?? ''));
          if (handlerMs !== '0') await sleep(Number(handlerMs));
        }),
      );
      count(batch.length);
      return batch;
    },
  });
  consumer.on('error', (error) => {
    throw error;
  });
  consumer.on('processing_error', (error) => {
    throw error;
  });
  consumer.start();
}
