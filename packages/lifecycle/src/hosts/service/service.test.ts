import { EventEmitter } from 'node:events';
import { createTestClock } from '@twelvefold/core/testing';
import { describe, expect, it } from 'vitest';
import { createLifecycle } from '../../index.ts';
import { runService, serviceProfile } from './index.ts';
import { holdSignals } from './internal.ts';

function fakeProcess() {
  const exits: number[] = [];
  return Object.assign(new EventEmitter(), { exits, exit: (code: number) => void exits.push(code) });
}

describe('runService', () => {
  it('drains on the first signal and exits 0', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    const reports: unknown[] = [];
    const running = runService({ lifecycle, process, onReport: (report) => reports.push(report) });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('SIGTERM');
    expect(await running).toBe(0);
    expect(process.exits).toEqual([0]);
    expect(reports).toMatchObject([{ reason: 'SIGTERM' }]);
    expect(process.eventNames()).toEqual([]);
  });

  it('is forced by the second signal and exits 1', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle({ clock: createTestClock() });
    lifecycle.register({ name: 'stuck', drain: () => new Promise(() => undefined) });
    const running = runService({ lifecycle, process });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('SIGTERM');
    await expect.poll(() => lifecycle.phase).toBe('draining');
    process.emit('SIGTERM');
    expect(await running).toBe(1);
  });

  it('gives up a start that a signal interrupts and still cleans up', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    let stopped = false;
    lifecycle.register({
      name: 'slow',
      start: (startSignal) =>
        new Promise((_, reject) => startSignal.addEventListener('abort', () => reject(startSignal.reason))),
      stop: () => {
        stopped = true;
      },
    });
    const running = runService({ lifecycle, process });
    process.emit('SIGINT');
    expect(await running).toBe(0);
    expect(stopped).toBe(true);
  });

  it('stops at once for a signal that came before it was called', async () => {
    const process = fakeProcess();
    const held = holdSignals(process);
    process.emit('SIGTERM');
    const lifecycle = createLifecycle();
    let startedUp = false;
    lifecycle.register({
      name: 'pool',
      start: () => {
        startedUp = true;
      },
    });
    const reports: unknown[] = [];
    expect(await runService({ lifecycle, process, held, onReport: (report) => reports.push(report) })).toBe(0);
    expect(reports).toMatchObject([{ reason: 'SIGTERM' }]);
    expect(startedUp).toBe(false);
    expect(process.eventNames()).toEqual([]);
  });

  it('starts nothing more once an uncaught exception has come', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    let started = false;
    lifecycle.register({ name: 'slow', start: () => opened, stop: () => open() });
    lifecycle.register({
      name: 'intake',
      start: () => {
        started = true;
      },
    });
    const running = runService({ lifecycle, process });
    process.emit('unhandledRejection', new Error('boom'));
    expect(await running).toBe(1);
    expect(started).toBe(false);
  });

  it('ends although its report cannot be written', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    const fatal: string[] = [];
    const running = runService({
      lifecycle,
      process,
      onReport: () => {
        throw new Error('disk full');
      },
      onFatal: (_error, origin) => fatal.push(origin),
    });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('SIGTERM');
    expect(await running).toBe(1);
    expect(fatal).toEqual(['stop']);
  });

  it('drains and exits 1 on an uncaught exception, reporting it', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    const fatal: string[] = [];
    const running = runService({
      lifecycle,
      process,
      onFatal: (error, origin) => fatal.push(`${origin}: ${(error as Error).message}`),
    });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('uncaughtException', new Error('boom'));
    expect(await running).toBe(1);
    expect(fatal).toEqual(['uncaughtException: boom'.replace('uncaughtException', 'uncaught exception')]);
  });

  it('reports what stays open after everything has stopped', async () => {
    const active = () => ['PipeWrap', 'SignalWrap', 'TCPSocketWrap', 'Timeout', 'Timeout'];
    const process = Object.assign(fakeProcess(), { getActiveResourcesInfo: active });
    const lifecycle = createLifecycle();
    const reports: unknown[] = [];
    const running = runService({ lifecycle, process, onReport: (report) => reports.push(report) });
    await expect.poll(() => lifecycle.phase).toBe('ready');
    process.emit('SIGTERM');
    await running;
    expect(reports).toMatchObject([{ openHandles: { TCPSocketWrap: 1, Timeout: 2 } }]);
  });

  it('exits with the code that the failed start asks for', async () => {
    const process = fakeProcess();
    const lifecycle = createLifecycle();
    lifecycle.register({ name: 'config', start: () => Promise.reject(new Error('invalid')) });
    expect(await runService({ lifecycle, process, exitCode: () => 78 })).toBe(78);
  });
});

describe('serviceProfile', () => {
  it('takes the stop budget that the infrastructure injects, less a reserve', async () => {
    const env = { ECS_CONTAINER_METADATA_URI_V4: 'http://127.0.0.1:1/v4/x', TWELVEFOLD_STOP_TIMEOUT_MS: '60000' };
    expect(await serviceProfile(env, false)).toMatchObject({
      host: 'ecs',
      budgetMs: 59_000,
      logFormat: 'json',
      facts: {},
    });
    expect(await serviceProfile({ ...env, TWELVEFOLD_STOP_TIMEOUT_MS: '30s' }, false)).toMatchObject({
      budgetMs: 29_000,
      warnings: [expect.stringContaining('TWELVEFOLD_STOP_TIMEOUT_MS is "30s"')],
    });
  });

  it('is readable on a terminal and JSON in a pipe on a laptop', async () => {
    expect((await serviceProfile({}, true)).logFormat).toBe('pretty');
    expect((await serviceProfile({}, false)).logFormat).toBe('json');
  });

  it('listens on loopback at a terminal and under twelvefold dev only', async () => {
    const addressOf = async (env: Record<string, string>, isTerminal: boolean) =>
      (await serviceProfile(env, isTerminal)).address;
    expect(await addressOf({}, true)).toBe('127.0.0.1');
    expect(await addressOf({ TWELVEFOLD_DEV: '1' }, false)).toBe('127.0.0.1');
    expect(await addressOf({}, false)).toBe('0.0.0.0');
  });
});
