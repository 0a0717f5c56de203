import { queue } from '@twelvefold/backing';
import { systemClock } from '@twelvefold/core';
import type { LambdaInvocation } from '@twelvefold/lifecycle/internal/lambda';
import { createLogger, createMetrics } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineApp } from '../define-app.ts';
import { createFatalLegs } from '../runtime/fatal-legs.ts';
import type { Runtime } from '../runtime/open-runtime.ts';
import { componentWork } from './component-work.ts';

const URL_ = 'https://sqs.eu-west-1.amazonaws.com/123456789012/shop-dev-orders';

const event = (n: number) => ({
  Records: [
    {
      messageId: `m-${n}`,
      receiptHandle: `r-${n}`,
      body: JSON.stringify({ n }),
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1' },
      messageAttributes: {},
      md5OfBody: undefined,
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:shop-dev-orders',
      awsRegion: 'eu-west-1',
    },
  ],
});

it('warns once of a queue that loses messages or shows them twice, however many events come', async () => {
  const schema = z.object({ n: z.number() });
  const backing = { orders: queue('orders', { schema, visibility: '10s', deadLetter: false }) };
  const app = defineApp({ name: 'shop', backing });
  const handled: number[] = [];
  const orders = app.consumer('orders', { uses: {} }, async ({ n }) => void handled.push(n));
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const aws: Runtime['aws'] = { as: () => aws, call: () => Promise.reject(new Error('there is nothing to call')) };
  // All that is asked of it.
  const runtime = {
    aws,
    target: (key) => (key === 'orders' ? URL_ : undefined),
    run: (_component, _scope, work) => work({} as never), // the handler looks at nothing
  } as Partial<Runtime> as Runtime;
  const work = await componentWork(orders, {
    runtime,
    lifecycle: {} as never, // a consumer asks nothing of it
    logger: createLogger({ service: 'shop', env: {}, write }),
    metrics: createMetrics({ namespace: 'shop', service: 'shop', write: () => {} }),
    clock: systemClock,
    port: { aws, use: () => {} },
    fatal: createFatalLegs(),
    release: undefined,
  });
  const invocation: LambdaInvocation = {
    context: { getRemainingTimeInMillis: () => 29_400 } as never, // nothing else is asked
    deadline: { remainingMs: () => 29_400 },
    signal: new AbortController().signal,
    coldStart: true,
  };
  for (let n = 0; n < 3; n += 1) expect(await work(event(n), invocation)).toEqual({ batchItemFailures: [] });
  expect(handled).toEqual([0, 1, 2]);
  const warnings = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'WARN');
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining("Queue 'orders' has no dead-letter queue"),
    expect.stringContaining('shows a message again after 10000 ms, while its function may work on it for 30000 ms'),
  ]);
});
