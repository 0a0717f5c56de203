import { AwsError } from '@twelvefold/aws';
import type { AwsService } from '@twelvefold/aws/internal';
import { createLogger, createMetrics } from '@twelvefold/logging';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineApp, defineConfig, env, parameterStore, queue, secret, secretsManager } from '../index.ts';
import { START_LIMITS } from '../lambda/lambda.ts';
import { failureReport } from './failure-report.ts';
import { openRuntime } from './open-runtime.ts';

const config = defineConfig({
  schema: z.object({ rate: z.coerce.number(), key: secret(z.string()) }),
  sources: [env(), parameterStore(), secretsManager()],
});
const app = defineApp({ name: 'orders', config, backing: { orders: queue('orders', { schema: z.string() }) } });
const http = app.http({ uses: { config: ['rate', 'key'], orders: ['send'] } }, () => new Response());

/**
 * Starts the app; calls take `callMs` of a clock that stands still otherwise, then fail with
 * `code`.
 */
async function start(code: string, reason: string, retryable: boolean, callMs?: (timeoutMs?: number) => number) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'orders', write: (line) => void lines.push(line), env: {} });
  const metrics = createMetrics({ namespace: 'orders', service: 'orders', logger, redactor: logger.redactor });
  let atMs = 0;
  const port = {
    call: async (
      { name: service }: AwsService,
      operation: string,
      _: unknown,
      { timeoutMs }: { timeoutMs?: number },
    ) => {
      const endsAtMs = atMs + (callMs?.(timeoutMs) ?? 0);
      await Promise.resolve();
      atMs = endsAtMs; // calls that are made at once end at once
      throw new AwsError(`Cannot call ${service} ${operation}: ${reason}`, {
        awsCode: code,
        service,
        operation,
        retryable,
      });
    },
    as: () => port,
  };
  const clock = {
    now: () => atMs,
    monotonic: () => atMs,
    sleep: async (ms: number) => {
      atMs += ms;
    },
  };
  const error: unknown = await openRuntime(app, [http], {
    env: { TWELVEFOLD_STAGE: 'dev' },
    aws: port as never, // the port's types are per operation, every call of this one fails
    host: { concurrency: 1, isDevelopment: false },
    logger,
    metrics,
    clock,
    random: () => 1,
    ...START_LIMITS,
    caller: 'http',
  }).catch((cause: unknown) => cause);
  return { error, logger, lines, elapsedMs: atMs };
}

const NO_REGION = 'there is no region; set AWS_REGION, e.g. AWS_REGION=eu-west-1';

describe('a start that fails', () => {
  it('is a block on a terminal, once, that names the missing setting once', async () => {
    const { error, logger, lines } = await start('RegionMissing', NO_REGION, false);
    let terminal = '';
    const report = failureReport({ logger, terminal: { write: (text) => (terminal += text) } });
    report(error, 'start');
    report(error, 'start');
    expect(terminal).toBe(`Cannot load config of orders (stage dev): 2 faults

Not configured
  ${NO_REGION}
    needed for rate, key [secret]
`);
    expect(lines).toEqual([]);
  });

  it('is one line of JSON in a pipe', async () => {
    const { error, logger, lines } = await start('RegionMissing', NO_REGION, false);
    const report = failureReport({ logger, terminal: undefined });
    report(error, 'start');
    report(error, 'start');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {
        level: 'CRITICAL',
        error: {
          code: 'CONFIG_INVALID',
          faults: [
            { key: 'rate', secret: false },
            { key: 'key', secret: true },
          ],
        },
      },
    ]);
  });

  it('is a line of the log on a terminal when the program is at fault', async () => {
    const { logger, lines } = await start('RegionMissing', NO_REGION, false);
    let terminal = '';
    const report = failureReport({ logger, terminal: { write: (text) => (terminal += text) } });
    report(new TypeError('x is undefined'), 'start');
    expect(terminal).toBe('');
    expect(lines).toHaveLength(1);
  });

  it('leaves a function two seconds of its init when an endpoint never answers', async () => {
    const { error, elapsedMs } = await start(
      'NetworkError',
      'no answer in time',
      true,
      (timeoutMs = 9_500) => timeoutMs,
    );
    expect(elapsedMs).toBeLessThanOrEqual(8_000);
    expect(String(error)).toContain('Unreachable\n  Cannot call ssm GetParameters: no answer in time');
  });
});
