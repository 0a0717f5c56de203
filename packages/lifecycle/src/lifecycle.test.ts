import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import type { Resource } from './index.ts';
import { createLifecycle, healthResponse } from './index.ts';
import type { Phase } from './internal.ts';

const never = new Promise<void>(() => undefined);

function recording(name: string, log: string[], overrides: Partial<Resource> = {}): Resource {
  const note = (step: string) => () => void log.push(`${step} ${name}`);
  return {
    name,
    start: note('start'),
    quiesce: note('quiesce'),
    drain: note('drain'),
    flush: note('flush'),
    stop: note('stop'),
    ...overrides,
  };
}

describe('createLifecycle', () => {
  it('reports the error that keeps it from starting before it drains', async () => {
    const log: string[] = [];
    const lifecycle = createLifecycle({
      onPhase: (phase) => log.push(phase),
      onStartFailure: (error) => log.push(String(error)),
    });
    lifecycle.register({ name: 'config', start: () => Promise.reject(new Error('no region')) });
    await expect(lifecycle.start()).rejects.toThrow('no region');
    expect(log).toEqual(['Error: no region', 'draining', 'stopped']);
  });

  it('starts in order and stops step by step, closing in reverse', async () => {
    const log: string[] = [];
    const phases: Phase[] = [];
    const lifecycle = createLifecycle({ onPhase: (phase) => phases.push(phase) });
    lifecycle.register(recording('table', log));
    lifecycle.register(recording('server', log));
    await lifecycle.start();
    const report = await lifecycle.stop('SIGTERM');
    expect(log).toEqual([
      'start table',
      'start server',
      'quiesce server',
      'quiesce table',
      'drain server',
      'drain table',
      'flush server',
      'flush table',
      'stop server',
      'stop table',
    ]);
    expect(phases).toEqual(['ready', 'draining', 'stopped']);
    expect(report).toMatchObject({ reason: 'SIGTERM', abandoned: [], forced: false });
    expect(report.steps).toHaveLength(8);
  });

  it('starts what depends on nothing at once, and closes what others depend on last', async () => {
    const log: string[] = [];
    const slow = Promise.withResolvers<void>();
    const lifecycle = createLifecycle();
    lifecycle.register(
      recording('config', log, { start: () => slow.promise.then(() => void log.push('start config')) }),
    );
    lifecycle.register(recording('probe', log, { dependsOn: [] }));
    lifecycle.register(recording('table', log, { dependsOn: ['config'] }));
    lifecycle.register(recording('server', log));
    const starting = lifecycle.start();
    await new Promise(setImmediate);
    expect(log).toEqual(['start probe']);
    slow.resolve();
    await starting;
    expect(log).toEqual(['start probe', 'start config', 'start table', 'start server']);
    await lifecycle.stop('SIGTERM');
    const stopped = log.filter((line) => line.startsWith('stop '));
    expect(stopped.indexOf('stop server')).toBe(0);
    expect(stopped.indexOf('stop table')).toBeLessThan(stopped.indexOf('stop config'));
  });

  it('refuses an order that cannot be, with every fault', async () => {
    const lifecycle = createLifecycle();
    lifecycle.register({ name: 'a', dependsOn: ['b'] });
    lifecycle.register({ name: 'b', dependsOn: ['a'] });
    lifecycle.register({ name: 'c', dependsOn: ['d'] });
    lifecycle.register({ name: 'e', dependsOn: [] });
    lifecycle.register({ name: 'e', dependsOn: [] });
    await expect(lifecycle.start()).rejects.toThrow(
      "Cannot order the resources: 'c' depends on 'd', which is not registered; two resources are named 'e'; 'a', 'b' wait for each other",
    );
  });

  it('tells those that are starting when another fails, and rejects with that failure', async () => {
    let reported: unknown;
    const lifecycle = createLifecycle();
    lifecycle.register({
      name: 'slow',
      dependsOn: [],
      start: (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reported = signal.reason;
            reject(new Error('slow gave up'));
          });
        }),
    });
    lifecycle.register({ name: 'bad', dependsOn: [], start: () => Promise.reject(new Error('no')) });
    await expect(lifecycle.start()).rejects.toThrow('no');
    expect(reported).toMatchObject({ message: 'no' });
  });

  it('abandons what outlives its share of the budget, tells it by signal, and goes on', async () => {
    const clock = createTestClock();
    const log: string[] = [];
    let reported: unknown;
    const lifecycle = createLifecycle({ budgetMs: 1_000, clock });
    lifecycle.register(recording('pool', log));
    lifecycle.register({
      name: 'stuck',
      drain: (signal) => {
        signal.addEventListener('abort', () => {
          reported = signal.reason;
        });
        return never;
      },
    });
    await lifecycle.start();
    const stopping = lifecycle.stop('SIGTERM');
    await clock.advance(1_000);
    const report = await stopping;
    expect(report.abandoned).toEqual(['drain stuck']);
    expect(reported).toMatchObject({ name: 'TimeoutError' });
    expect(log.slice(-2)).toEqual(['flush pool', 'stop pool']);
    expect(report.steps.find(({ resource }) => resource === 'stuck')).toMatchObject({
      outcome: 'abandoned',
      durationMs: 800,
    });
    expect(clock.sleepers).toBe(0);
  });

  it('keeps a fifth of the budget for flushing although the drain used its share', async () => {
    const clock = createTestClock();
    let flushed = false;
    const lifecycle = createLifecycle({ budgetMs: 1_000, clock });
    lifecycle.register({
      name: 'work',
      drain: () => never,
      flush: async (signal) => {
        await clock.sleep(150, signal);
        flushed = true;
      },
    });
    await lifecycle.start();
    const stopping = lifecycle.stop('SIGTERM');
    await clock.advance(2_000);
    expect((await stopping).durationMs).toBe(950);
    expect(flushed).toBe(true);
  });

  it('cuts the drain short when forced, and says so', async () => {
    const clock = createTestClock();
    const lifecycle = createLifecycle({ budgetMs: 60_000, clock });
    lifecycle.register({ name: 'slow', drain: () => never });
    await lifecycle.start();
    const stopping = lifecycle.stop('SIGTERM');
    await clock.advance(10);
    lifecycle.force();
    await clock.advance(0);
    expect(await stopping).toMatchObject({ forced: true, abandoned: ['drain slow'], durationMs: 10 });
  });

  it('stops what had started when a start fails, the failing one included, and rejects with the failure', async () => {
    const log: string[] = [];
    const lifecycle = createLifecycle();
    lifecycle.register(recording('first', log));
    lifecycle.register(recording('second', log, { start: () => Promise.reject(new Error('no port')) }));
    lifecycle.register(recording('third', log));
    await expect(lifecycle.start()).rejects.toThrow('no port');
    expect(log).toContain('stop first');
    expect(log).toContain('stop second');
    expect(log.join()).not.toContain('third');
    expect(lifecycle.phase).toBe('stopped');
  });

  it('reports a failing step and goes on with the others', async () => {
    const log: string[] = [];
    const lifecycle = createLifecycle();
    lifecycle.register(recording('pool', log));
    lifecycle.register({
      name: 'bad',
      flush: () => {
        throw new Error('disk full');
      },
    });
    await lifecycle.start();
    const report = await lifecycle.stop('SIGTERM');
    expect(report.steps).toContainEqual(
      expect.objectContaining({ resource: 'bad', outcome: 'failed', error: 'disk full' }),
    );
    expect(log).toContain('stop pool');
  });

  it('stops once however often it is asked', async () => {
    const log: string[] = [];
    const lifecycle = createLifecycle();
    lifecycle.register(recording('pool', log));
    await lifecycle.start();
    const [a, b] = await Promise.all([lifecycle.stop('SIGTERM'), lifecycle.stop('SIGINT')]);
    expect(a).toBe(b);
    expect(log.filter((line) => line === 'stop pool')).toHaveLength(1);
  });
});

describe('healthResponse', () => {
  it('is live and unready before, ready in between, live and unready while draining', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const lifecycle = createLifecycle();
    lifecycle.register({ name: 'work', drain: () => promise });
    const statuses = async () =>
      Promise.all(
        ['/health/live', '/health/ready'].map(async (path) => (await healthResponse(path, lifecycle))?.status),
      );
    expect(await statuses()).toEqual([200, 503]);
    await lifecycle.start();
    expect(await statuses()).toEqual([200, 200]);
    const stopping = lifecycle.stop('SIGTERM');
    expect(await statuses()).toEqual([200, 503]);
    resolve();
    await stopping;
    expect(await statuses()).toEqual([503, 503]);
    expect(await healthResponse('/orders', lifecycle)).toBeUndefined();
  });

  it('is unready while a check fails or hangs, naming it', async () => {
    const clock = createTestClock();
    const lifecycle = createLifecycle({ clock });
    lifecycle.register({ name: 'queue', check: () => Promise.reject(new Error('receive failed')) });
    lifecycle.register({ name: 'table', check: () => never });
    await lifecycle.start();
    const answer = healthResponse('/health/ready', lifecycle);
    await clock.advance(2_000);
    const response = await answer;
    expect(response?.status).toBe(503);
    expect(await response?.json()).toEqual({
      phase: 'ready',
      resources: [
        { resource: 'queue', ok: false, reason: 'receive failed' },
        { resource: 'table', ok: false, reason: 'no answer within 2000 ms' },
      ],
    });
  });

  it('shows on /health how each resource is doing, and answers 200 whatever that is', async () => {
    const lifecycle = createLifecycle();
    lifecycle.register({
      name: 'consumer',
      check: () => Promise.reject(new Error('receive failed')),
      health: () => ({ polling: false, inFlight: 3 }),
    });
    lifecycle.register({
      name: 'cache',
      health: () => {
        throw new Error('shown, not decided');
      },
    });
    lifecycle.register({ name: 'pool' });
    await lifecycle.start();
    const response = await healthResponse('/health', lifecycle);
    expect(response?.status).toBe(200);
    expect(await response?.json()).toEqual({
      phase: 'ready',
      resources: [
        { resource: 'consumer', ok: false, reason: 'receive failed', details: { polling: false, inFlight: 3 } },
        { resource: 'cache', ok: true },
      ],
    });
  });
});
