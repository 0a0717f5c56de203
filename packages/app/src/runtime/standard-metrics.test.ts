import { readFileSync } from 'node:fs';
import { defineTask, runTask } from '@twelvefold/admin';
import { cache } from '@twelvefold/backing';
import { createCache, createMemoryCacheStore } from '@twelvefold/backing/cache';
import type { ConsumerEvent } from '@twelvefold/backing/internal';
import { systemClock } from '@twelvefold/core';
import { createTestClock } from '@twelvefold/core/testing';
import { createMetrics } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { metricsResource } from './metrics-resource.ts';
import { logConfigEvent } from './open-runtime.ts';
import { createProcessMetrics } from './process-metrics.ts';
import { publishStart } from './publish-start.ts';
import { createRequestMetrics } from './request-metrics.ts';
import { createResourceMetrics } from './resource-metrics.ts';
import { createTelemetry } from './telemetry.ts';

// The one list of standard metrics is a table of the guide. What is emitted is what is there: name,
// unit and dimension.

interface Emf {
  [field: string]: unknown;
  _aws: { CloudWatchMetrics: [{ Dimensions: string[][]; Metrics: Array<{ Name: string; Unit: string }> }] };
}

const guide = readFileSync(new URL('../../../../docs/guides/logs-and-metrics.md', import.meta.url), 'utf8');
const documented = [...guide.matchAll(/^\| `([\w.]+)` \| (\w+) \| *([\w`, ]*?) *\|/gm)].map(
  ([, name, unit, dimensions = '']) =>
    [name, unit, ...dimensions.replaceAll(/[`,]/g, '').split(' ')].filter((cell) => cell !== 'none').join(' '),
);

function recorded() {
  const objects: Emf[] = [];
  const write = (line: string) => void objects.push(JSON.parse(line) as Emf);
  return { objects, metrics: createMetrics({ namespace: 'shop', service: 'shop', write }) };
}

it('emits the metrics that the guide lists, and no others', async () => {
  const { metrics, objects } = recorded();
  const { logger } = createTelemetry({ app: 'shop', env: {}, format: 'json', facts: {}, write: () => {} });
  const common = { metrics, component: 'orders', clock: systemClock, random: () => 0.5 };

  await publishStart(metrics, 'orders', { startMs: 80, cold: true });

  const requests = createRequestMetrics(common);
  requests.count({ status: 200, durationMs: 3 });
  await requests.publish();

  const consumer = createConsumerMetrics(common);
  const message = { messageId: 'm', correlationId: 'c', receiveCount: 1 };
  const events: ConsumerEvent[] = [
    { type: 'received', count: 10, ageMs: 250 },
    { type: 'handled', durationMs: 5, ...message },
    { type: 'retried', error: new Error('x'), delayMs: 1, ...message },
    { type: 'poisoned', reason: 'x', fingerprint: 'x', moved: true, ...message },
    { type: 'exhausted', error: new Error('x'), reason: 'x', fingerprint: 'x', ...message },
    { type: 'dropped', reason: 'x', ...message },
    { type: 'leaseLost', messageId: 'm' },
    { type: 'abandoned', messageId: 'm', started: true },
    { type: 'corrupted', ...message },
  ] as ConsumerEvent[]; // some carry more, which is not counted
  for (const event of events) consumer.count(event);
  await consumer.publish(3);

  logConfigEvent(logger, metrics, {
    kind: 'kept',
    why: 'unreadable',
    reason: 'age',
    version: 'v',
    ageMs: 90_000,
    error: new Error('x'),
  } as never); // the fields that are read
  await metrics.flush();

  const counts = { name: 'sqs', busy: 1, idle: 1, waiting: 1, connectMs: [3], waitMs: [1] };
  await createProcessMetrics({ ...common, pools: [() => [counts]], configAgeMs: () => 90_000 }).publish();

  await useCache(metrics);

  const abort = AbortSignal.abort(new Error('stop'));
  const makeContext = () => ({});
  const done = defineTask({ name: 'report', params: z.object({}), run: async () => {} });
  const fails = defineTask({ name: 'report', params: z.object({}), run: () => Promise.reject(new Error('x')) });
  await runTask(done, {}, { metrics, makeContext });
  await runTask(fails, {}, { metrics, makeContext });
  await runTask(done, {}, { metrics, makeContext, signal: abort });

  const emitted = objects.flatMap(({ _aws }) =>
    _aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
      Metrics.map(({ Name, Unit }) => [Name, Unit, ...(Dimensions[0] ?? []).filter((name) => name !== 'service')]),
    ),
  );
  expect([...new Set(emitted.map((row) => row.join(' ').trim()))].sort()).toEqual(
    documented.map((row) => row.trim()).sort(),
  );
});

/** Makes a cache count everything that it counts. */
async function useCache(metrics: ReturnType<typeof createMetrics>) {
  const clock = createTestClock();
  const book = createResourceMetrics({ metrics, clock, random: () => 0.5 });
  const definition = cache('prices', { schema: z.number(), stale: '1h', negative: '30s', driver: 'memory' });
  const kept = createMemoryCacheStore({ clock });
  let broken = false;
  const store = {
    ...kept,
    set: async (key: string, text: string, ms: number) => {
      if (broken) throw new Error('down');
      await kept.set(key, text, ms);
    },
  };
  const prices = createCache({ definition, store, clock, random: () => 0.5, metrics: book.of('service', 'prices') });
  await prices.getOrLoad('none', () => undefined); // a miss
  await prices.flush();
  await prices.getOrLoad('none', () => undefined); // negative
  await prices.set('a', 1);
  await prices.get('a');
  clock.advanceWall(600_000);
  await prices.getOrLoad('a', () => Promise.reject(new Error('no database'))); // stale, and a load that fails
  await prices.flush();
  await kept.set('other', 'x', 1_000);
  await prices.get('other'); // unreadable
  broken = true;
  await prices.set('a', 2); // an error, dropped
  await book.publish();
}

it('counts answers by status, and errors also when there are none', async () => {
  const { metrics, objects } = recorded();
  const counted = createRequestMetrics({ metrics, component: 'api', clock: systemClock, random: () => 0.5 });
  await counted.publish();
  expect(objects).toEqual([]);
  for (const status of [200, 404, 499]) counted.count({ status, durationMs: 2 });
  await counted.publish();
  for (const status of [500, 503, 200]) counted.count({ status, durationMs: 4 });
  await counted.publish();
  expect(objects).toMatchObject([
    { component: 'api', requests: 3, requestErrors: 0, requestTime: [2, 2, 2] },
    { component: 'api', requests: 3, requestErrors: 2, requestTime: [4, 4, 4] },
  ]);
});

it('publishes how long a start took, and counts a cold one', async () => {
  const { metrics, objects } = recorded();
  await publishStart(metrics, 'api', { startMs: 80.4, cold: true });
  await publishStart(metrics, 'service', { startMs: 700, cold: false });
  expect(objects).toMatchObject([
    { component: 'api', coldStart: 1, startTime: 80 },
    { component: 'service', startTime: 700 },
  ]);
  expect(objects[1]).not.toHaveProperty('coldStart');
});

it('publishes in a long-running process every minute, and once more as it stops', async () => {
  const { metrics, objects } = recorded();
  const sleeps: Array<{ ms: number; over: () => void }> = [];
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleeps.push({ ms, over: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  let gathered = 0;
  const gather = async () => {
    gathered += 1;
    metrics.addMetric('gathered', 'Count', gathered);
  };
  const resource = metricsResource(metrics, clock, gather);
  const signal = new AbortController().signal;
  await resource.start?.(signal);
  metrics.addMetric('a', 'Count', 1);
  expect(sleeps.map(({ ms }) => ms)).toEqual([60_000]);
  sleeps[0]?.over();
  await new Promise(setImmediate);
  expect(objects).toMatchObject([{ a: 1, gathered: 1 }]);
  metrics.addMetric('a', 'Count', 2);
  await resource.flush?.(signal);
  expect(objects).toMatchObject([{ a: 1 }, { a: 2, gathered: 2 }]);
  metrics.addMetric('a', 'Count', 3);
  await resource.stop?.(signal);
  expect(objects).toMatchObject([{ a: 1 }, { a: 2 }, { a: 3 }]);
  expect(gathered).toBe(2);
});
