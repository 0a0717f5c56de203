import { expect, it } from 'vitest';
import { createFatalLegs } from './fatal-legs.ts';

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
