import type { ConsumerEvent } from '@twelvefold/backing/internal';
import type { Clock } from '@twelvefold/core';
import { runInScope } from '@twelvefold/lifecycle';
import type { Metrics } from '@twelvefold/logging';
import { createSample } from './create-sample.ts';

export interface ConsumerMetrics {
  /** Counts an event. */
  count(event: ConsumerEvent): void;
  /**
   * Publishes the counts since the last time; nothing if there are none.
   *
   * @param inFlight Messages that are in flight now. @defaultValue those that were received since
   */
  publish(inFlight?: number): Promise<void>;
  /** Publishes every ten seconds until the signal aborts, and then once more. */
  run(inFlight: () => number, signal: AbortSignal): Promise<void>;
}

export interface ConsumerMetricsOptions {
  metrics: Metrics;
  component: string;
  clock: Clock;
  /** 0 to below 1, for the sample. */
  random: () => number;
}

const EVERY_MS = 10_000;

const CLASSES: Partial<Record<ConsumerEvent['type'], string>> = {
  retried: 'retry',
  poisoned: 'poison',
  exhausted: 'exhausted',
  dropped: 'drop',
  abandoned: 'abandoned',
  leaseLost: 'leaseLost',
  corrupted: 'corrupted',
};

/**
 * A consumer's metrics, gathered over many messages: one EMF line per ten seconds or per Lambda
 * event, under the dimension `component`. A line per message would cost more than handling it.
 *
 * `messagesReceived`, `messagesHandled`, `messagesFailed` and one `messagesFailed.<class>` for each
 * class that occurred, `messageAge` and `handlerTime` in milliseconds, `messagesInFlight`.
 */
export function createConsumerMetrics({ metrics, component, clock, random }: ConsumerMetricsOptions): ConsumerMetrics {
  let counts = new Map<string, number>();
  let ages = createSample(random);
  let times = createSample(random);
  const add = (name: string, value: number) => counts.set(name, (counts.get(name) ?? 0) + value);

  const publish = async (inFlight = counts.get('messagesReceived') ?? 0) => {
    if (counts.size === 0) return;
    const [counted, age, time] = [counts, ages.values, times.values];
    counts = new Map();
    ages = createSample(random);
    times = createSample(random);
    // A separate scope: metrics of a scope are published at its end, under its dimensions.
    await runInScope({ kind: 'invoke', component }, () => {
      metrics.addDimension('component', component);
      for (const [name, value] of counted) metrics.addMetric(name, 'Count', value);
      for (const value of age) metrics.addMetric('messageAge', 'Milliseconds', value);
      for (const value of time) metrics.addMetric('handlerTime', 'Milliseconds', value);
      metrics.addMetric('messagesInFlight', 'Count', inFlight);
    });
  };

  return {
    count(event) {
      if (event.type === 'received') {
        add('messagesReceived', event.count);
        ages.add(event.ageMs);
      } else if (event.type === 'handled') {
        add('messagesHandled', 1);
        times.add(event.durationMs);
      }
      const failure = CLASSES[event.type];
      if (failure === undefined) return;
      add('messagesFailed', 1);
      add(`messagesFailed.${failure}`, 1);
    },
    publish,
    async run(inFlight, signal) {
      while (!signal.aborted) {
        await clock.sleep(EVERY_MS, signal).catch(() => {}); // the last turn
        await publish(inFlight());
      }
    },
  };
}
