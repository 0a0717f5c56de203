import { createAws } from '@twelvefold/aws';
import { queue } from '@twelvefold/backing';
import { createSqsConsumer } from '@twelvefold/backing/sqs';
import * as z from 'zod/mini';
import { countMessages } from '../support/count-messages.ts';

/* A FIFO queue; how many groups its messages have is the server's argument. */
const [messages = '20000'] = process.argv.slice(2);
const count = countMessages(Number(messages), Number(messages) / 4);
const consumer = createSqsConsumer({
  definition: queue('bench', {
    schema: z.object({ index: z.int(), note: z.string(), items: z.array(z.string()) }),
    fifo: true,
  }),
  url: `${process.env.AWS_ENDPOINT_URL}/000000000000/bench.fifo`,
  aws: createAws({ env: process.env }),
  component: 'bench',
  concurrency: 80,
  handle: async () => count(1),
});
await consumer.start();
