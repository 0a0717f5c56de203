import type { Aws } from '@twelvefold/aws';
import { systemClock } from '@twelvefold/core';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { SourceContext } from '../../source.ts';
import { queue } from '../queue.ts';
import { createSqsPoller } from './sqs-poller.ts';

const orders = queue('orders', { schema: z.object({ n: z.number() }) });
const TARGET = 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders';

/** Starts and stops a poller whose queue has the given answer to GetQueueAttributes. */
async function start(answer: () => Promise<{ Attributes?: Record<string, string> }>) {
  const asked: unknown[] = [];
  const warnings: string[] = [];
  let looked = () => undefined as unknown;
  const looking = new Promise((resolve) => {
    looked = () => resolve(undefined);
  });
  const aws: Aws = {
    as: () => aws,
    call: async (_service, operation, input, { signal }) => {
      if (operation === 'GetQueueAttributes') {
        asked.push(input);
        setImmediate(looked);
        return (await answer()) as never; // the answer of this operation
      }
      // A long poll that brings nothing until it is ended.
      return new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    },
  };
  const context: SourceContext = {
    key: 'orders',
    target: TARGET,
    companion: () => undefined,
    reference: ({ name }) => ({ physicalName: name, target: undefined }),
    aws,
    component: 'orders',
    concurrency: 10,
    handle: async () => undefined,
    onEvent: () => undefined,
    clock: systemClock,
    random: () => 0.5,
    warn: (message) => void warnings.push(message),
  };
  const poller = createSqsPoller(orders, context);
  await poller.start();
  await looking;
  await poller.quiesce();
  await poller.drain();
  await poller.stop();
  return { asked, warnings };
}

const redrive = (maxReceiveCount: number) => ({
  Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: 'a', maxReceiveCount }) },
});

it.each([
  ['has no redrive policy, whatever is declared', {}, [/'orders' has no dead-letter queue/]],
  ['gives one receive', redrive(1), [/'orders' gives a message one receive/]],
  ['is as it should be', redrive(5), []],
])('warns once of the real queue when it %s', async (_case, answer, wanted) => {
  const { asked, warnings } = await start(async () => answer);
  expect(asked).toEqual([{ QueueUrl: TARGET, AttributeNames: ['RedrivePolicy'] }]);
  expect(warnings).toHaveLength(wanted.length);
  for (const [at, pattern] of wanted.entries()) expect(warnings[at]).toMatch(pattern);
});

it('does not warn of a queue that cannot be read: the health check reports it', async () => {
  expect((await start(() => Promise.reject(new Error('denied')))).warnings).toEqual([]);
});
