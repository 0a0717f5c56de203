import { expect, it } from 'vitest';
import { simulate } from './simulate.ts';

it('loads every config without a retry below the quota', async () => {
  const outcome = await simulate({ processes: 10, spreadMs: 1_000, calls: 3, quota: 40, retryForMs: 5_000 });
  expect(outcome).toMatchObject({ loaded: 1, callsPerProcess: 3, throttled: 0 });
});

it('loses functions and keeps services where the quota is far too small, and repeats itself', async () => {
  const burst = { processes: 300, spreadMs: 1_000, calls: 3, quota: 40 };
  const functions = await simulate({ ...burst, retryForMs: 5_000 });
  const services = await simulate({ ...burst, retryForMs: 60_000 });
  expect(functions.loaded).toBeLessThan(services.loaded);
  expect(functions.throttled).toBeGreaterThan(0.5);
  expect(await simulate({ ...burst, retryForMs: 5_000 })).toEqual(functions);
});
