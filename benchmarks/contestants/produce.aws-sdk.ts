import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { contest } from '../support/contest.ts';

const schema = z.object({ index: z.int(), note: z.string(), items: z.array(z.string()) });
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const QueueUrl = `${process.env.AWS_ENDPOINT_URL}/000000000000/bench`;
const message = { index: 1, note: 'an order of ordinary size', items: ['a', 'b'] };
// What our sender adds to each message as well: a correlation id.
const correlation = () => ({ correlationId: { DataType: 'String', StringValue: crypto.randomUUID() } });
await contest(300_000, async (messages) => {
  let left = messages / 10;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (left > 0) {
        left -= 1;
        const Entries = Array.from({ length: 10 }, (_, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify(schema.parse(message)),
          MessageAttributes: correlation(),
        }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      }
    }),
  );
});
