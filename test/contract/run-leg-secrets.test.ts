import { defineTask } from '@twelvefold/admin';
import { createLogger } from '@twelvefold/logging';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { enqueue, leg, prepareRuns, store } from './run-leg.fixture.ts';
import type { TestContext } from './support/task-runs.ts';

prepareRuns();

const once = (run: (params: { n: number }, ctx: TestContext) => unknown) =>
  defineTask({ name: 'count', params: z.object({ n: z.number() }), run });

describe('a task with secret parameters', () => {
  it('gets secrets that the record does not have', async () => {
    await enqueue('r1', { shape: 'once', params: { n: '***' } });
    expect(
      await leg(
        once(({ n }) => n),
        { secrets: { n: 7 } },
      ),
    ).toMatchObject({ status: 'succeeded', result: 7 });
    expect((await store.get('r1')).params).toEqual({ n: '***' });
  });

  const secret = 'hush-hush-1';
  const guarded = (run: (token: string, ctx: TestContext) => unknown) =>
    defineTask({
      name: 'count',
      params: z.object({ token: z.string(), body: z.string().optional() }),
      secretParams: ['token', 'body'],
      run: ({ token }, ctx: TestContext) => run(token, ctx),
    });

  it('does not work without it, and does when it is given again', async () => {
    await enqueue('r1', { shape: 'once', params: { token: '***' } });
    const given: string[] = [];
    const task = guarded((token) => void given.push(token));
    expect(await leg(task)).toMatchObject({
      status: 'errored',
      error: { code: 'PARAMS_INVALID', message: expect.stringContaining('token: a record never has it') },
    });
    await store.command('r1', 'resume', 'ada');
    expect(await leg(task, { secrets: { token: secret } })).toMatchObject({ status: 'succeeded' });
    expect(given).toEqual([secret]);
  });

  it('shows it in no number and no key of a result', async () => {
    const logger = createLogger({ service: 'shop', env: {}, write: () => {} });
    await enqueue('r1', { shape: 'once', params: { token: '***', body: '***' } });
    const secrets = { token: secret, body: '{"account":12345678}' };
    const task = guarded((token) => ({
      account: 12_345_678,
      big: 12_345_678n,
      [token]: 1,
      count: 9_123_456_789,
      list: [1, { n: 2 }],
    }));
    const { result } = await leg(task, { secrets, logger });
    expect(result).toEqual({
      account: '[redacted]',
      big: '[redacted]',
      '[redacted]': 1,
      count: '9[redacted]9',
      list: [1, { n: 2 }],
    });
    await enqueue('r2', { shape: 'once', params: { token: '***', body: '***' } });
    expect(
      await leg(
        guarded(() => 12_345_678),
        { run: 'r2', secrets, logger },
      ),
    ).toMatchObject({ result: '[redacted]' });
  });

  it('shows it in no log, error or result', async () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 'shop', env: {}, write: (line) => lines.push(line) });
    const secrets = { token: secret, body: '{"nested":["quiet-quiet-2"]}' };
    for (const id of ['r1', 'r2']) await enqueue(id, { shape: 'once', params: { token: '***', body: '***' } });
    const failing = guarded((token) => {
      logger.info(`given ${token}`);
      throw new Error(`401 for ${token} and quiet-quiet-2`);
    });
    await leg(failing, { secrets, logger });
    const answering = guarded((token) => ({ asked: [`?token=${token}`], sent: 'quiet-quiet-2', records: 7n }));
    const { result } = await leg(answering, { run: 'r2', secrets, logger });
    expect(result).toEqual({ asked: ['?token=[redacted]'], sent: '[redacted]', records: '7' });
    const { error } = await store.get('r1');
    expect(error?.message).toBe('401 for [redacted] and [redacted]');
    expect(lines.length).toBeGreaterThan(4);
    for (const hidden of [secret, 'quiet-quiet-2']) expect(lines.join()).not.toContain(hidden);
  });
});
