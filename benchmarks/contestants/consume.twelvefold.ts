import { setTimeout as sleep } from 'node:timers/promises';
import { createAws } from '@twelvefold/aws';
import { queue } from '@twelvefold/backing';
import { createSqsConsumer } from '@twelvefold/backing/sqs';
import * as z from 'zod/mini';
import { countMessages } from '../support/count-messages.ts';

const [messages = '20000', handlerMs = '0', concurrency = '80'] = process.argv.slice(2);
const count = countMessages(Number(messages), Number(messages) / 4);
const schema = z.object({ index: z.int(), note: z.string(), items: z.array(z.string()) });
const consumer = createSqsConsumer({
  definition: queue('bench', { schema }),
  url: `${process.env.AWS_ENDPOINT_URL}/000000000000/bench`,
  aws: createAws({ env: process.env }),
  component: 'bench',
  concurrency: Number(concurrency),
  handle: async () => {
    if (handlerMs !== '0') await sleep(Number(handlerMs));
    count(1);
  },
});
await consumer.start();
