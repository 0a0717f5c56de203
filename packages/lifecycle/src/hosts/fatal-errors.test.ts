import { EventEmitter } from 'node:events';
import { createTestClock } from '@twelvefold/core/testing';
import { expect, it } from 'vitest';
import { endOnFatalError } from './fatal-errors.ts';

function setUp(flush: () => Promise<unknown> = async () => {}) {
  const seen: unknown[] = [];
  const process = Object.assign(new EventEmitter(), { exit: (code: number) => void seen.push(['exit', code]) });
  const clock = createTestClock();
  const install = (onFatal = (error: unknown, origin: string) => void seen.push([origin, (error as Error).message])) =>
    endOnFatalError({
      process,
      clock,
      onFatal,
      flush: async () => {
        seen.push('flush');
        await flush();
      },
      redact: (error) => new Error((error as Error).message.replace('s3cret', '***')),
    });
  return { seen, process, clock, install };
}
const turns = () => new Promise((resolve) => setImmediate(resolve));

it.each([
  ['uncaughtException', 'uncaught exception'],
  ['unhandledRejection', 'unhandled rejection'],
])('logs an error of %s once, flushes and exits with 1', async (event, origin) => {
  const { seen, process, install } = setUp();
  install();
  process.emit(event, new Error('boom'));
  await turns();
  expect(seen).toEqual([[origin, 'boom'], 'flush', ['exit', 1]]);
});

it('logs further errors while it ends, and ends once', async () => {
  const { seen, process, install } = setUp();
  install();
  process.emit('uncaughtException', new Error('first'));
  process.emit('unhandledRejection', new Error('second'));
  await turns();
  expect(seen.map(String)).toEqual(['uncaught exception,first', 'unhandled rejection,second', 'flush', 'exit,1']);
});

it('ends although the flush hangs or fails and the log cannot be written', async () => {
  const hanging = setUp(() => new Promise(() => {}));
  hanging.install(() => {
    throw new Error('no log');
  });
  hanging.process.emit('uncaughtException', new Error('boom'));
  await turns();
  expect(hanging.seen).toEqual(['flush']);
  await hanging.clock.advance(200);
  expect(hanging.seen).toEqual(['flush', ['exit', 1]]);

  const failing = setUp(() => Promise.reject(new Error('no metrics')));
  failing.install();
  failing.process.emit('uncaughtException', new Error('boom'));
  await turns();
  expect(failing.seen.at(-1)).toEqual(['exit', 1]);
});

it('gives the redacted error to listeners that were there before, and lets them end the process', async () => {
  const { seen, process, install } = setUp();
  const platform = (error: Error) => void seen.push(['platform', error.message]);
  process.on('unhandledRejection', platform);
  const restore = install();
  process.emit('unhandledRejection', new Error('with s3cret'), Promise.resolve());
  await turns();
  expect(seen).toEqual([['unhandled rejection', 'with s3cret'], 'flush', ['platform', 'with ***']]);
  restore();
  expect(process.listeners('unhandledRejection')).toEqual([platform]);
  expect(process.listenerCount('uncaughtException')).toBe(0);
});
