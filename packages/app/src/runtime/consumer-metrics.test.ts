import type { ConsumerEvent } from '@twelvefold/backing/internal';
import { systemClock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import { createMetrics } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import { createConsumerMetrics } from './consumer-metrics.ts';

const identity = { messageId: 'm', correlationId: 'c', receiveCount: 1 };

function setUp() {
  const lines: Array<Record<string, unknown>> = [];
  const metrics = createMetrics({ namespace: 'shop', service: 'shop', write: (line) => lines.push(JSON.parse(line)) });
  return {
    lines,
    counted: createConsumerMetrics({ metrics, component: 'orders', clock: systemClock, random: () => 0.5 }),
  };
}

it('publishes many messages in one line, failures by class, though it counts inside the scopes of messages', async () => {
  const { lines, counted } = setUp();
  counted.count({ type: 'received', count: 10, ageMs: 250 });
  const events: ConsumerEvent[] = [
    { type: 'handled', durationMs: 5, ...identity },
    { type: 'handled', durationMs: 7, ...identity },
    { type: 'retried', error: new Error('x'), delayMs: 1, ...identity },
    { type: 'poisoned', reason: 'x', fingerprint: 'x', moved: true, ...identity },
    { type: 'dropped', reason: 'x', ...identity },
    { type: 'leaseLost', messageId: 'm' },
    { type: 'returned', messageId: 'm' },
  ];
  for (const event of events)
    await runInScope({ kind: 'message', component: 'orders' }, async () => counted.count(event));
  expect(lines).toEqual([]);
  await counted.publish(3);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    service: 'shop',
    component: 'orders',
    messagesReceived: 10,
    messagesHandled: 2,
    messagesFailed: 4,
    'messagesFailed.retry': 1,
    'messagesFailed.poison': 1,
    'messagesFailed.drop': 1,
    'messagesFailed.leaseLost': 1,
    messageAge: 250,
    handlerTime: [5, 7],
    messagesInFlight: 3,
  });
  await counted.publish(0);
  expect(lines).toHaveLength(1);
});

it('keeps a sample of what EMF would not take in one line', async () => {
  const { lines, counted } = setUp();
  for (let n = 0; n < 5_000; n += 1) counted.count({ type: 'handled', durationMs: n, ...identity });
  await counted.publish(0);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.messagesHandled).toBe(5_000);
  expect(lines[0]?.handlerTime).toHaveLength(100);
});
