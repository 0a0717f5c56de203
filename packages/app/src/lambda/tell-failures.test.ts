import type { LambdaInvocation } from '@twelvefold/lifecycle/lambda';
import { createLogger } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import { RefusedEvent } from './refused-event.ts';
import { tellFailures } from './tell-failures.ts';

const invocation = (remainingMs: number): LambdaInvocation => ({
  context: {} as never, // not looked at
  deadline: { remainingMs: () => remainingMs },
  signal: new AbortController().signal,
  coldStart: true,
});

it.each([
  ['event', new RefusedEvent('takes SQS events'), 1_000],
  ['timeout', new Error('gave up'), 0],
  ['handler', new Error('boom'), 1_000],
])('tells a failed invocation of the class %s, and passes the error on', async (failure, error, remainingMs) => {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', env: {}, write: (line) => void lines.push(line) });
  const work = tellFailures(() => Promise.reject(error), logger);
  await expect(work({}, invocation(remainingMs))).rejects.toBe(error);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'ERROR', message: 'invocation failed', failure, cold_start: true, error: { message: error.message } },
  ]);
});
