import type { Aws } from '@twelvefold/aws';
import { queue } from '@twelvefold/backing';
import { createLogger } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineApp } from '../define-app.ts';
import type { Runtime } from './open-runtime.ts';
import { warnOfQueue } from './warn-of-queue.ts';

const app = defineApp({ name: 'shop', backing: { orders: queue('orders', { schema: z.object({ n: z.number() }) }) } });
const component = app.consumer('orders', { uses: {} }, async () => {});

async function warningsOf(answer: () => Promise<{ Attributes?: Record<string, string> }>) {
  const asked: unknown[] = [];
  const lines: string[] = [];
  const aws: Aws = {
    as: () => aws,
    call: async (_service, operation, input) => {
      asked.push([operation, input]);
      return (await answer()) as never; // the answer of the one operation that is called
    },
  };
  const runtime = { aws, target: () => 'https://sqs/1/orders' } as Partial<Runtime> as Runtime; // all that is asked of it
  const logger = createLogger({ service: 'shop', env: {}, write: (line) => void lines.push(line) });
  await warnOfQueue({ component, runtime, logger, signal: new AbortController().signal });
  return { asked, lines: lines.map((line) => JSON.parse(line)) };
}

const redrive = (maxReceiveCount: number) => ({
  Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: 'a', maxReceiveCount }) },
});

it.each([
  ['has no redrive policy, whatever is declared', {}, [/'orders' has no dead-letter queue/]],
  ['gives one receive', redrive(1), [/'orders' gives a message one receive/]],
  ['is as it should be', redrive(5), []],
])('warns once, of the real queue, when it %s', async (_case, answer, wanted) => {
  const { asked, lines } = await warningsOf(async () => answer);
  expect(asked).toEqual([
    ['GetQueueAttributes', { QueueUrl: 'https://sqs/1/orders', AttributeNames: ['RedrivePolicy'] }],
  ]);
  expect(lines).toHaveLength(wanted.length);
  for (const [at, pattern] of wanted.entries())
    expect(lines[at]).toMatchObject({ level: 'WARN', message: expect.stringMatching(pattern) });
});

it('says nothing of a queue that cannot be asked: the health check does', async () => {
  expect((await warningsOf(() => Promise.reject(new Error('denied')))).lines).toEqual([]);
});
