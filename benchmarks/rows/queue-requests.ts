import { sqs } from '@twelvefold/aws';
import { queue } from '@twelvefold/backing';
import { createSqsConsumer, createSqsSender } from '@twelvefold/backing/sqs';
import * as z from 'zod/mini';
import { benchAws } from '../support/bench-aws.ts';
import { observeCalls } from '../support/observe-calls.ts';
import type { Measurement } from './measurement.ts';

const MESSAGES = 1_000;

/**
 * SQS requests per 1,000 messages of a full backlog: sent together, then consumed one by one by an
 * empty handler, each acknowledged.
 */
export const queueRequests: Measurement = {
  name: 'queue-requests',
  quick: true,
  async measure() {
    await using endpoint = await benchAws({ Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'bench' } } });
    const definition = queue('bench', { schema: z.object({ index: z.int() }) });
    const url = endpoint.ref('Queue');
    const { aws } = endpoint;

    const sent = await createSqsSender({ definition, url, aws }).sendAll(
      Array.from({ length: MESSAGES }, (_, index) => ({ index })),
    );
    const failed = sent.filter(({ ok }) => !ok).length;
    if (failed > 0) throw new Error(`Cannot measure: ${failed} of ${MESSAGES} messages were not sent`);
    const sends = endpoint.calls();

    const all = Promise.withResolvers<void>();
    const handled = new Set<number>();
    const observed = observeCalls(aws);
    const consumer = createSqsConsumer({
      definition,
      url,
      aws: observed.aws,
      component: 'bench',
      handle: async ({ index }) => {
        handled.add(index);
        if (handled.size === MESSAGES) all.resolve();
      },
    });
    await consumer.start();
    await all.promise;
    // Includes the receives that find the queue empty at the end.
    await consumer.quiesce();
    await consumer.drain();
    await consumer.stop();
    // The port sees the last long poll, which is cut off unanswered; the endpoint sees retries.
    const consumed = Math.max(observed.begun(), endpoint.calls().length);

    const left = await aws.call(
      sqs,
      'GetQueueAttributes',
      { QueueUrl: url, AttributeNames: ['All'] },
      { access: 'read' },
    );
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } =
      left.Attributes ?? {};
    if (visible !== '0' || hidden !== '0')
      throw new Error(`Cannot measure: ${visible} + ${hidden} messages were not deleted`);
    const row = { name: 'queue-requests', unit: 'calls', exact: true };
    return [
      {
        ...row,
        measure: 'SQS requests to send 1,000 messages',
        value: sends.length,
        peers: { 'SDK, one by one': MESSAGES },
        target: { exactly: MESSAGES / 10 },
      },
      {
        ...row,
        measure: 'SQS requests per 1,000 messages, consumed',
        value: consumed,
        peers: { 'sqs-consumer, message mode': 1_100, 'its batch mode': 200 },
        target: { atMost: 202 },
        note: "All 1,000 wait; each is acknowledged by itself. The peer's figures follow from its code: a receive per ten, and a deletion per message or per batch.",
      },
    ];
  },
};
