import { createTestClock } from '@twelvefold/core/testing';
import { createMetrics } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import { createResourceMetrics } from './resource-metrics.ts';

function setup() {
  const objects: object[] = [];
  const write = (line: string) => void objects.push(JSON.parse(line) as object);
  const metrics = createMetrics({ namespace: 'shop', service: 'shop', write });
  const clock = createTestClock();
  return { objects, clock, book: createResourceMetrics({ metrics, clock, random: () => 0.5 }) };
}

it('publishes one line per resource that was used, with sums and a sample of times', async () => {
  const { book, objects } = setup();
  const prices = book.of('service', 'prices');
  book.of('service', 'unused');
  const rates = book.of('http', 'rates');
  for (let ms = 1; ms <= 150; ms += 1) prices.time('cacheLoadTime', ms);
  prices.count('cacheHits');
  prices.count('cacheHits', 4);
  rates.count('cacheMisses');
  await book.publish();
  expect(objects).toMatchObject([
    { component: 'service', resource: 'prices', cacheHits: 5, cacheLoadTime: { length: 100 } },
    { component: 'http', resource: 'rates', cacheMisses: 1 },
  ]);
  await book.publish();
  expect(objects).toHaveLength(2);
});

it('publishes every ten seconds at most where each invocation asks, and after the clock was set back', async () => {
  const { book, objects, clock } = setup();
  const page = book.of('http', 'prices');
  const invoke = async () => {
    page.count('cacheHits');
    await book.publishIfDue();
  };
  await invoke();
  await invoke();
  await clock.advance(9_999);
  await invoke();
  expect(objects).toMatchObject([{ cacheHits: 1 }]);
  await clock.advance(1);
  await invoke();
  expect(objects).toMatchObject([{ cacheHits: 1 }, { cacheHits: 3 }]);
  clock.advanceWall(-60_000);
  await invoke();
  expect(objects).toHaveLength(3);
});
