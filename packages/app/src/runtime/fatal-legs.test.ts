import { createTestClock } from '@twelvefold/core/testing';
import { expect, it } from 'vitest';
import { createFatalLegs, legsFlush } from './fatal-legs.ts';

it('aborts with the error, and waits for the legs that are under way, failed ones too', async () => {
  const legs = createFatalLegs();
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const seen: string[] = [];
  const followed = legs.follow(first.promise);
  legs.follow(second.promise).catch(() => seen.push('second'));
  const error = new Error('stray');
  const ended = legs.end(error).then(() => seen.push('ended'));
  expect(legs.signal.reason).toBe(error);
  second.reject(new Error('lost'));
  await expect(second.promise).rejects.toThrow('lost');
  expect(seen).toEqual(['second']);
  first.resolve('done');
  await ended;
  expect(seen).toEqual(['second', 'ended']);
  expect(await followed).toBe('done');
});

it('writes the metrics behind the records, and in time when a record cannot be written', async () => {
  const clock = createTestClock();
  const seen: unknown[] = [];
  const metrics = { flush: async (keep?: unknown) => void seen.push(keep) };
  const written = createFatalLegs();
  const record = Promise.withResolvers<void>();
  written.follow(record.promise.then(() => seen.push('record')));
  const flushed = legsFlush({ legs: written, metrics, clock }).flush(new Error('stray'));
  record.resolve();
  await flushed;
  expect(seen.splice(0)).toEqual(['record', 'open']);

  const hung = createFatalLegs();
  hung.follow(new Promise(() => {}));
  const { flush, flushMs = 0 } = legsFlush({ legs: hung, metrics, clock });
  const late = flush(new Error('stray'));
  await clock.advance(flushMs - 201);
  expect(seen).toEqual([]);
  await clock.advance(1);
  await late;
  expect(seen).toEqual(['open']);
});
