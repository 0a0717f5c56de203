import { createAws } from '@twelvefold/aws';
import { queue } from '@twelvefold/backing';
import { createSqsSender } from '@twelvefold/backing/sqs';
import * as z from 'zod/mini';
import { contest } from '../support/contest.ts';

const schema = z.object({ index: z.int(), note: z.string(), items: z.array(z.string()) });
const sender = createSqsSender({
  definition: queue('bench', { schema }),
  url: `${process.env.AWS_ENDPOINT_URL}/000000000000/bench`,
  aws: createAws({ env: process.env }),
});
const message = { index: 1, note: 'an order of ordinary size', items: ['a', 'b'] };
await contest(300_000, async (messages) => {
  const sent = await sender.sendAll(Array.from({ length: messages }, () => message));
  if (!sent.every(({ ok }) => ok)) throw new Error('Cannot measure: not all messages were sent');
});
