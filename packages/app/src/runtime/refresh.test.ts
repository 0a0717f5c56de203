import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Scope } from '@twelvefold/lifecycle';
import { runInScope } from '@twelvefold/lifecycle';
import { createLogger, createMetrics } from '@twelvefold/logging';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { defineApp, defineConfig, env, parameterStore, Secret, secret, secretsManager } from '../index.ts';
import { openRuntime } from './open-runtime.ts';

const config = defineConfig({
  schema: z.object({ rate: z.coerce.number(), key: secret(z.string()) }),
  sources: [env(), parameterStore(), secretsManager()],
  maxAge: '1m',
});
const app = defineApp({ name: 'orders', config });
const http = app.http({ uses: { config: ['rate', 'key'] } }, () => new Response());

async function world() {
  const values: Record<string, string> = {
    '/orders/dev/rate': '1',
    '/aws/reference/secretsmanager/orders/dev/key': 'key-number-1',
  };
  let fetches = 0;
  let down = false;
  const aws: Aws = {
    call: async (_service, _operation, input) => {
      fetches += 1;
      const details = { awsCode: 'ThrottlingException', service: 'ssm', operation: 'GetParameters', retryable: true };
      if (down) throw new AwsError('Cannot call ssm GetParameters: throttled', details);
      const { Names } = input as { Names: string[] }; // the one operation that config asks for
      return { Parameters: Names.map((Name) => ({ Name, Value: values[Name] })) } as never;
    },
    as: () => aws,
  };
  let at = 0;
  const clock = { now: () => at, monotonic: () => at, sleep: () => new Promise<void>(() => {}) };
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const logger = createLogger({ service: 'orders', level: 'DEBUG', write, env: {} });
  const metrics = createMetrics({ namespace: 'orders', service: 'orders', logger, redactor: logger.redactor, write });
  const runtime = await openRuntime(app, [http], {
    env: { TWELVEFOLD_STAGE: 'dev' },
    aws,
    host: { concurrency: 1, isDevelopment: false },
    logger,
    metrics,
    clock,
    random: () => 0.5,
    retryForMs: 0,
    caller: 'http',
  });
  const inScope = <R>(work: (scope: Scope) => Promise<R>) => runInScope({ kind: 'http', component: 'http' }, work);
  type Read = { rate: number; key: Secret<string> };
  const read = (scope: Scope) => runtime.run(http, scope, (context) => context.config as Read); // by the definition above
  const refused = (scope: Scope) =>
    runtime.run(http, scope, (context) => context.credentialsRefused() as Promise<Read | undefined>); // likewise
  return {
    runtime,
    refused,
    values,
    lines,
    logger,
    inScope,
    read,
    fetches: () => fetches,
    advance: (ms: number) => {
      at += ms;
    },
    fail: () => {
      down = true;
    },
  };
}

describe('a context', () => {
  it('makes its signals when they are read, also by a spread copy', async () => {
    const { runtime } = await world();
    let made = 0;
    const { signal } = new AbortController();
    const make = () => {
      made += 1;
      return signal;
    };
    await runInScope({ kind: 'http', component: 'http', signal: make }, async (scope) => {
      const context = await runtime.run(http, scope, (one) => one);
      expect([Object.keys(context).includes('signal'), made]).toEqual([true, 0]);
      const copy = { ...context };
      expect([copy.signal, copy.drainSignal, copy.scope, made]).toEqual([signal, scope.drainSignal, scope, 1]);
    });
  });
});

describe('config in a runtime', () => {
  it('is the same throughout a scope, while a later scope has the next', async () => {
    const { inScope, read, values, advance, fetches } = await world();
    await inScope(async (scope) => {
      const before = await read(scope);
      values['/orders/dev/rate'] = '2';
      advance(60_000);
      expect((await inScope(async (later) => read(later))).rate).toBe(2);
      expect(await read(scope)).toBe(before);
      expect(before.rate).toBe(1);
    });
    expect(fetches()).toBe(2);
  });

  it('gives the newer one to who says that its credentials were refused, fetched once for all, and keeps the scope its own', async () => {
    const { inScope, read, refused, values, fetches } = await world();
    const before = fetches();
    await inScope(async (scope) => {
      const mine = await read(scope);
      values['/aws/reference/secretsmanager/orders/dev/key'] = 'key-number-2';
      const all = await Promise.all(Array.from({ length: 20 }, () => refused(scope)));
      expect(new Set(all.map((fresh) => fresh?.key.reveal()))).toEqual(new Set(['key-number-2']));
      expect(await read(scope)).toBe(mine);
      // It is there already: nothing is fetched for one that comes later.
      expect((await refused(scope))?.key.reveal()).toBe('key-number-2');
    });
    expect(fetches() - before).toBe(1);
  });

  it('ends the search for newer credentials with the scope that asked', async () => {
    const { refused } = await world(); // its clock stands still: the search would not end
    const gone = new AbortController();
    const init = { kind: 'http', component: 'http', signal: gone.signal } as const;
    const asked = runInScope(init, (scope) => Promise.resolve(refused(scope)));
    gone.abort(new Error('over'));
    await expect(asked).rejects.toThrow('over');
  });

  it('needs no promise while nothing is due', async () => {
    const { inScope, read } = await world();
    await inScope(async (scope) => expect(read(scope)).not.toBeInstanceOf(Promise));
  });

  it('seeds the redactor with what a refresh brings', async () => {
    const { inScope, read, values, advance, lines, logger } = await world();
    values['/aws/reference/secretsmanager/orders/dev/key'] = 'key-number-2';
    advance(60_000);
    const { key } = await inScope(async (scope) => read(scope));
    expect(Secret.isInstance(key) && key.reveal()).toBe('key-number-2');
    logger.info('leaking key-number-2 and key-number-1');
    expect(lines.join('')).toContain('config changed');
    expect(lines.join('')).not.toMatch(/key-number-[12]/);
  });

  it('serves what it has when the store is down, and says so in a metric', async () => {
    const { inScope, read, fail, advance, lines, runtime } = await world();
    fail();
    advance(90_000);
    expect((await inScope(async (scope) => read(scope))).rate).toBe(1);
    const all = lines.join('\n');
    expect(all).toContain('config kept: the new one is unreachable');
    expect(all).toMatch(/"configKept":\s*\[?1/);
    expect(runtime.configAgeMs()).toBe(90_000);
  });
});
