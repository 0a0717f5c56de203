import { TwelvefoldError } from '@twelvefold/core';
import type { LambdaInvocation } from '@twelvefold/lifecycle/internal/lambda';
import { createLogger, createMetrics } from '@twelvefold/logging';
import { expect, it } from 'vitest';
import type { Work } from './component-work.ts';
import { createInvoke } from './invoke.ts';

const invocation = (remainingMs: number, coldStart = false): LambdaInvocation => ({
  context: {} as never, // not read
  deadline: { remainingMs: () => remainingMs },
  signal: new AbortController().signal,
  coldStart,
});

function setUp(work: Work) {
  const lines: Array<Record<string, unknown>> = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  const logger = createLogger({ service: 'test', env: {}, write });
  const metrics = createMetrics({ namespace: 'test', service: 'test', logger, redactor: logger.redactor, write });
  const redact = (error: unknown) => new Error('redacted', { cause: error });
  const start = { startMs: 120, cold: true };
  return { lines, invoke: createInvoke({ work, component: 'orders', logger, metrics, start, redact }) };
}

it.each([
  ['event', new TwelvefoldError('EVENT_REFUSED', 'takes SQS events'), 1_000],
  ['timeout', new Error('gave up'), 0],
  ['handler', new Error('boom'), 1_000],
])(
  'logs the class %s of a failed invocation once and throws the redacted error',
  async (failure, error, remainingMs) => {
    const { lines, invoke } = setUp(() => Promise.reject(error));
    await expect(invoke({}, invocation(remainingMs))).rejects.toMatchObject({ message: 'redacted', cause: error });
    expect(lines).toMatchObject([
      { level: 'ERROR', message: 'invocation failed', failure, cold_start: false, error: { message: error.message } },
    ]);
  },
);

it('publishes the start with the first invocation only', async () => {
  const { lines, invoke } = setUp(async (event) => event);
  expect(await invoke('first', invocation(1_000, true))).toBe('first');
  expect(lines).toMatchObject([{ component: 'orders', coldStart: 1, startTime: 120 }]);
  expect(await invoke('second', invocation(1_000))).toBe('second');
  expect(lines).toHaveLength(1);
});
