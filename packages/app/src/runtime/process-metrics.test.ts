import type { ConnectionCounts } from '@twelvefold/aws/internal';
import { createMetrics } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import { createProcessMetrics } from './process-metrics.ts';

const counts = (over: Partial<ConnectionCounts> = {}): ConnectionCounts => ({
  name: 'sqs',
  busy: 1,
  idle: 1,
  waiting: 0,
  connectMs: [],
  waitMs: [],
  ...over,
});

function world(configAgeMs: number | undefined) {
  const objects: Array<Record<string, unknown>> = [];
  const write = (line: string) => {
    const { _aws, service, ...values } = JSON.parse(line) as Record<string, unknown>;
    objects.push(values);
  };
  let nowMs = 5_000_000;
  let reported: ConnectionCounts[] = [];
  const processMetrics = createProcessMetrics({
    metrics: createMetrics({ namespace: 'shop', service: 'shop', write }),
    component: 'api',
    clock: { now: () => nowMs },
    pools: [() => reported.splice(0)],
    configAgeMs: () => configAgeMs,
  });
  return {
    processMetrics,
    tell: (...next: ConnectionCounts[]) => {
      reported = next;
    },
    passes: (ms: number) => {
      nowMs += ms;
    },
    /** The objects that were published since the last call. */
    published: () => objects.splice(0),
  };
}

it('says how old the config is, always, and of each pool that was used what it was up to', async () => {
  const { processMetrics, tell, published } = world(12);
  tell(counts({ busy: 50, idle: 3, waiting: 7, connectMs: [4, 9], waitMs: [120] }), counts({ name: 'ssm', busy: 0 }));
  await processMetrics.publish();
  expect(published()).toEqual([
    { component: 'api', configAge: 12 },
    {
      component: 'api',
      pool: 'sqs',
      connectionsBusy: 50,
      connectionsIdle: 3,
      connectionsWaiting: 7,
      connectTime: [4, 9],
      connectionWait: 120,
    },
  ]);
  await processMetrics.publish();
  expect(published()).toEqual([{ component: 'api', configAge: 12 }]);
});

it('says nothing where there is no config and no pool was used', async () => {
  const { processMetrics, published } = world(undefined);
  await processMetrics.publish();
  await processMetrics.publishIfDue();
  expect(published()).toEqual([]);
});

it('is due at first, after a minute, and when a connection was opened or waited for; what it held back is in the next', async () => {
  const { processMetrics, tell, passes, published } = world(undefined);
  tell(counts({ connectMs: [5] }));
  await processMetrics.publishIfDue();
  expect(published()).toMatchObject([{ connectionsBusy: 1, connectTime: 5 }]);

  tell(counts({ busy: 9, idle: 9, waiting: 2 }));
  passes(59_999);
  await processMetrics.publishIfDue();
  tell(counts({ busy: 2, idle: 4, waiting: 1 }));
  await processMetrics.publishIfDue();
  expect(published()).toEqual([]);
  passes(1);
  await processMetrics.publishIfDue();
  expect(published()).toEqual([
    { component: 'api', pool: 'sqs', connectionsBusy: 9, connectionsIdle: 4, connectionsWaiting: 2 },
  ]);

  tell(counts({ waiting: 1, waitMs: [30] }));
  await processMetrics.publishIfDue();
  expect(published()).toMatchObject([{ connectionsWaiting: 1, connectionWait: 30 }]);

  // A clock that was set back must not silence it.
  passes(-3_600_000);
  tell(counts());
  await processMetrics.publishIfDue();
  expect(published()).toHaveLength(1);
});

it('two invocations that end together publish once', async () => {
  const { processMetrics, tell, published } = world(3);
  tell(counts({ connectMs: [5] }));
  await Promise.all([processMetrics.publishIfDue(), processMetrics.publishIfDue()]);
  expect(published()).toHaveLength(2);
});
