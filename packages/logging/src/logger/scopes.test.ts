import { setTimeout as tick } from 'node:timers/promises';
import { runInScope, traceHeaders } from '@twelvefold/lifecycle';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LoggerOptions } from './create-logger.ts';
import { createLogger } from './create-logger.ts';

type Line = Record<string, unknown>;

function recorded(options: LoggerOptions = {}) {
  const texts: string[] = [];
  const logger = createLogger({ service: 'orders', ...options, write: (line) => texts.push(line) });
  return { logger, lines: () => texts.map((text) => JSON.parse(text) as Line), texts };
}

// Powertools merges overlapping requests unless AWS_LAMBDA_MAX_CONCURRENCY is set and Lambda's
// invoke store is there, and throws "InvokeStore is not available" when only the variable is
// (TRAPS: ran). Ours must not care.
describe.each([
  ['unset', undefined],
  ['set', '10'],
])('with AWS_LAMBDA_MAX_CONCURRENCY %s', (_name, value) => {
  beforeEach(() => void vi.stubEnv('AWS_LAMBDA_MAX_CONCURRENCY', value));
  afterEach(() => void vi.unstubAllEnvs());

  test('three overlapping scopes each log their own keys', async () => {
    const { logger, lines } = recorded();
    let release = () => {};
    const all = new Promise<void>((resolve) => (release = resolve));
    let inside = 0;
    await Promise.all(
      ['a', 'b', 'c'].map((id) =>
        runInScope({ kind: 'http', component: `api-${id}`, correlationId: `corr-${id}` }, async () => {
          logger.appendKeys({ request: id });
          logger.appendPersistentKeys({ tenant: `t-${id}` });
          logger.addContext({ awsRequestId: `req-${id}`, functionName: id } as never);
          if (id === 'b') logger.setLogLevel('DEBUG');
          inside += 1;
          if (inside === 3) release();
          await all; // No scope logs before all have set their keys.
          await tick(0);
          logger.info('working', { id });
          logger.debug('detail', { id });
          if (id === 'c') logger.resetKeys();
          await tick(0);
          logger.info('done', { id });
        }),
      ),
    );
    logger.info('outside');

    for (const line of lines().filter(({ message }) => message === 'working')) {
      const { id } = line;
      expect(line).toMatchObject({
        request: id,
        tenant: `t-${id}`,
        component: `api-${id}`,
        kind: 'http',
        correlation_id: `corr-${id}`,
        function_request_id: `req-${id}`,
      });
    }
    expect(lines().filter(({ message }) => message === 'working')).toHaveLength(3);
    expect(lines().filter(({ message }) => message === 'detail')).toMatchObject([{ id: 'b' }]);
    const done = lines().filter(({ message }) => message === 'done');
    expect(done.map(({ id, request, tenant }) => [id, request, tenant]).sort()).toEqual([
      ['a', 'a', 't-a'],
      ['b', 'b', 't-b'],
      ['c', undefined, 't-c'],
    ]);
    expect(lines().at(-1)).toEqual({
      level: 'INFO',
      message: 'outside',
      timestamp: expect.any(String),
      service: 'orders',
      sampling_rate: 0,
    });
  });
});

test('keys set outside are the logger’s own and show in every scope', async () => {
  const { logger, lines } = recorded({ facts: { region: 'eu-west-1' } });
  logger.appendKeys({ build: 7 });
  await runInScope({ kind: 'task', component: 'report' }, () => {
    logger.removePersistentKeys(['region']);
    logger.removeKeys(['build']);
    logger.info('hidden');
    logger.appendKeys({ build: 8 });
    logger.info('replaced');
  });
  await runInScope({ kind: 'task', component: 'report' }, () => logger.info('again'));
  expect(lines().map(({ message, region, build }) => [message, region, build])).toEqual([
    ['hidden', undefined, undefined],
    ['replaced', undefined, 8],
    ['again', 'eu-west-1', 7],
  ]);
});

test('a logger made inside a scope keeps its facts outside of it', async () => {
  const made = await runInScope({ kind: 'task', component: 'report' }, () => recorded({ facts: { region: 'x' } }));
  made.logger.info('later');
  expect(made.lines()).toMatchObject([{ region: 'x' }]);
});

test('a nested scope has its own keys, and the outer one its own again', async () => {
  const { logger, lines } = recorded();
  await runInScope({ kind: 'message', component: 'outer', correlationId: 'o' }, async () => {
    logger.appendKeys({ key: 'outer' });
    await runInScope({ kind: 'task', component: 'inner', correlationId: 'i' }, () => {
      logger.info('in');
      logger.appendKeys({ key: 'inner' });
    });
    logger.info('out');
  });
  expect(lines().map(({ component, correlation_id, key }) => [component, correlation_id, key])).toEqual([
    ['inner', 'i', undefined],
    ['outer', 'o', 'outer'],
  ]);
});

test('children share the scope and keep their keys apart', async () => {
  const { logger, lines } = recorded();
  const child = logger.createChild({ persistentKeys: { part: 'child' } });
  await runInScope({ kind: 'http', component: 'api', correlationId: 'c' }, () => {
    logger.appendKeys({ of: 'parent' });
    child.appendKeys({ of: 'child' });
    const late = logger.createChild();
    late.appendKeys({ late: true });
    logger.info('parent');
    child.info('child');
    late.info('late');
  });
  expect(lines()).toMatchObject([
    { message: 'parent', of: 'parent', correlation_id: 'c' },
    { message: 'child', of: 'child', part: 'child', correlation_id: 'c' },
    { message: 'late', of: 'parent', late: true, correlation_id: 'c' },
  ]);
  expect(lines()[0]).not.toHaveProperty('late');
});

describe('the trace', () => {
  afterEach(() => void vi.unstubAllEnvs());

  test('comes from the scope', async () => {
    const { logger, lines } = recorded();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const trace = { xray: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1', traceparent };
    await runInScope({ kind: 'http', component: 'api', trace }, () => logger.info('x'));
    await runInScope(
      {
        kind: 'http',
        component: 'api',
        trace: { xray: 'Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678' },
      },
      () => logger.info('x'),
    );
    await runInScope({ kind: 'http', component: 'api' }, () => logger.info('x'));
    expect(lines()[0]).toMatchObject({ xray_trace_id: '1-5759e988-bd862e3fe1be46a994272793', traceparent });
    expect(lines()[1]).toMatchObject({ xray_trace_id: '1-67891233-abcdef012345678912345678' });
    expect(lines()[2]).not.toHaveProperty('xray_trace_id');
    expect(lines()[2]).not.toHaveProperty('traceparent');
  });

  test('falls back to what Lambda sets per invocation', async () => {
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-env;Parent=x;Sampled=0');
    const { logger, lines } = recorded();
    await runInScope({ kind: 'invoke', component: 'tasks' }, () => logger.info('x'));
    logger.info('y');
    expect(lines().map(({ xray_trace_id }) => xray_trace_id)).toEqual(['1-env', '1-env']);
  });
});

test('the app’s correlation id wins over the scope’s', async () => {
  const { logger, lines } = recorded();
  await runInScope({ kind: 'http', component: 'api', correlationId: 'from-scope' }, () => {
    expect(logger.getCorrelationId()).toBe('from-scope');
    logger.setCorrelationId('mine');
    expect(logger.getCorrelationId()).toBe('mine');
    logger.info('x');
  });
  expect(lines()).toMatchObject([{ correlation_id: 'mine' }]);
});

describe('levels', () => {
  test('come from the option, then the environment', () => {
    expect(createLogger({ level: 'warn', env: { LOG_LEVEL: 'TRACE' } }).getLevelName()).toBe('WARN');
    expect(createLogger({ env: { POWERTOOLS_LOG_LEVEL: 'error', LOG_LEVEL: 'TRACE' } }).getLevelName()).toBe('ERROR');
    expect(createLogger({ env: { LOG_LEVEL: ' debug ' } }).getLevelName()).toBe('DEBUG');
    expect(createLogger({ env: {} }).getLevelName()).toBe('INFO');
  });

  test('Lambda’s own controls win, and cannot be undercut', async () => {
    const { logger, lines } = recorded({ level: 'DEBUG', sampleRate: 1, env: { AWS_LAMBDA_LOG_LEVEL: 'FATAL' } });
    expect(logger.getLevelName()).toBe('CRITICAL');
    logger.setLogLevel('TRACE');
    await runInScope({ kind: 'task', component: 'x' }, () => logger.error('not shown'));
    logger.critical('shown');
    expect(lines().map(({ message }) => message)).toEqual(['shown']);
  });

  test('less than Lambda’s controls show is said once', () => {
    const { lines } = recorded({ level: 'DEBUG', env: { AWS_LAMBDA_LOG_LEVEL: 'WARN' } });
    expect(lines()).toMatchObject([{ level: 'WARN', message: expect.stringContaining('Advanced Logging Controls') }]);
  });

  test('an unknown level in the environment is said, not obeyed; in code it throws', () => {
    const { logger, lines } = recorded({ env: { POWERTOOLS_LOG_LEVEL: 'verbose' } });
    expect(logger.getLevelName()).toBe('INFO');
    expect(lines()).toMatchObject([{ message: 'Ignored POWERTOOLS_LOG_LEVEL: there is no log level of that name' }]);
    expect(() => createLogger({ level: 'loud' as never })).toThrow(
      /^Cannot create logger: unknown level "loud"; known: TRACE, DEBUG, INFO, /,
    );
    expect(() => logger.setLogLevel('loud' as never)).toThrow('Invalid log level: loud');
  });

  test('below the level nothing of the call is read', () => {
    const { logger, texts } = recorded();
    const untouched = new Proxy(
      {},
      {
        get() {
          throw new Error('read');
        },
        ownKeys() {
          throw new Error('listed');
        },
      },
    );
    logger.debug('x', untouched);
    expect(texts).toEqual([]);
  });
});

describe('sampling', () => {
  test('is decided by the correlation id, alike in every logger', async () => {
    const rate = 0.25;
    const one = recorded({ sampleRate: rate });
    const two = recorded({ sampleRate: rate, service: 'other' });
    for (let index = 0; index < 2_000; index += 1) {
      await runInScope({ kind: 'http', component: 'api', correlationId: `id-${index}` }, () => {
        one.logger.debug('x');
        two.logger.debug('x');
      });
    }
    const ids = one.lines().map(({ correlation_id }) => correlation_id);
    expect(two.lines().map(({ correlation_id }) => correlation_id)).toEqual(ids);
    expect(ids.length / 2_000).toBeGreaterThan(0.21);
    expect(ids.length / 2_000).toBeLessThan(0.29);
    expect(one.lines()[0]).toMatchObject({ sampling_rate: rate });
  });

  test('goes on with the correlation id, to services with another rate', async () => {
    const first = recorded({ sampleRate: 1 });
    const second = recorded({ sampleRate: 0.000_001 });
    const off = recorded({ sampleRate: 0 });
    const init = { kind: 'message', component: 'orders', correlationId: 'c-1' } as const;
    await runInScope({ ...init, kind: 'http' }, async (scope) => {
      expect(traceHeaders()).not.toHaveProperty('x-correlation-sampled');
      first.logger.refreshSampleRateCalculation();
      expect(traceHeaders()).toMatchObject({ 'x-correlation-sampled': '1' });
      for (const sampled of [scope.sampled, false]) {
        await runInScope({ ...init, sampled }, () => {
          second.logger.debug('second');
          off.logger.debug('off');
          expect(traceHeaders()).toEqual({
            'x-correlation-id': 'c-1',
            ...(sampled ? { 'x-correlation-sampled': '1' } : {}),
          });
        });
      }
    });
    expect(second.lines()).toHaveLength(1);
    // Anybody can send the header: where no flow is logged in detail, none is made to.
    expect(off.lines()).toEqual([]);
  });

  test('a rate outside of 0 to 1 throws', () => {
    expect(() => createLogger({ sampleRate: 1.5 })).toThrow(TypeError);
    expect(() => createLogger({ env: { POWERTOOLS_LOGGER_SAMPLE_RATE: 'often' } })).toThrow(TypeError);
  });
});

describe('the buffer', () => {
  test('writes what a scope held back when it logs an error, and only then', async () => {
    const { logger, lines } = recorded({ buffer: {} });
    const scope = (id: string, fails: boolean) =>
      runInScope({ kind: 'message', component: 'orders', correlationId: id }, async () => {
        logger.debug('first', { id });
        await tick(0);
        logger.info('second', { id });
        if (fails) logger.error('failed', { id });
      });
    await Promise.all([scope('good', false), scope('bad', true)]);
    logger.debug('outside');
    expect(
      lines()
        .filter(({ id }) => id === 'good')
        .map(({ message }) => message),
    ).toEqual(['second']);
    expect(
      lines()
        .filter(({ id }) => id === 'bad')
        .map(({ message }) => message),
    ).toEqual(['second', 'first', 'failed']);
    expect(lines()).toHaveLength(4);
  });

  test('keeps the newest lines within its bytes and says that others are gone', async () => {
    const { logger, lines } = recorded({ buffer: { level: 'info', maxBytes: 700 } });
    await runInScope({ kind: 'message', component: 'orders', correlationId: 'c' }, () => {
      for (let index = 0; index < 10; index += 1) logger.info(`line ${index}`);
      logger.info('x'.repeat(1_000));
      logger.flushBuffer();
      logger.flushBuffer();
    });
    const messages = lines().map(({ message }) => message);
    expect(messages.slice(0, -1)).toEqual(['line 6', 'line 7', 'line 8', 'line 9']);
    expect(messages.at(-1)).toContain('evicted from the buffer');
    expect(lines().at(-1)).toMatchObject({ evicted: 7 });
  });

  test('says how many lines are gone even if none is left', async () => {
    const { logger, lines } = recorded({ buffer: { maxBytes: 10 } });
    await runInScope({ kind: 'message', component: 'orders' }, () => {
      logger.debug('too long for ten bytes');
      logger.error('failed');
    });
    expect(lines().map(({ message, evicted }) => [message, evicted])).toEqual([
      [expect.stringContaining('evicted'), 1],
      ['failed', undefined],
    ]);
  });

  test('writes what a scope held back when its work throws, logged or not, within its bytes', async () => {
    const { logger, lines } = recorded({ buffer: { maxBytes: 700 } });
    const child = logger.createChild({ logBufferOptions: { flushOnErrorLog: false } });
    const failing = runInScope({ kind: 'task', component: 'report', correlationId: 'c' }, async () => {
      for (let index = 0; index < 10; index += 1) logger.debug(`line ${index}`);
      child.debug('not asked for');
      await tick(0);
      throw new Error('work');
    });
    await expect(failing).rejects.toThrow('work');
    expect(lines().map(({ message }) => message)).toEqual([
      ...['line 6', 'line 7', 'line 8', 'line 9'],
      expect.stringContaining('evicted from the buffer'),
    ]);
    expect(lines()).toMatchObject(Array.from({ length: 5 }, () => ({ correlation_id: 'c', component: 'report' })));
  });

  test('writes what a slow scope held back, with the times at which it happened', async () => {
    let nowMs = Date.UTC(2026, 0, 1);
    const { logger, lines } = recorded({ buffer: { slow: '2s' }, clock: { now: () => nowMs } });
    const scope = (id: string, tookMs: number) =>
      runInScope({ kind: 'http', component: 'api', correlationId: id }, async () => {
        logger.info('begun', { id });
        nowMs += tookMs;
        logger.debug('detail', { id });
      });
    await scope('quick', 1_999);
    await scope('slow', 2_000);
    expect(lines().map(({ message, id, timestamp }) => [message, id, timestamp])).toEqual([
      ['begun', 'quick', '2026-01-01T00:00:00.000Z'],
      ['begun', 'slow', '2026-01-01T00:00:01.999Z'],
      ['detail', 'slow', '2026-01-01T00:00:03.999Z'],
    ]);
  });

  test('holds nothing back of a flow that is logged in detail', async () => {
    const { logger, lines } = recorded({ buffer: {}, sampleRate: 1 });
    await runInScope({ kind: 'http', component: 'api' }, () => logger.debug('detail'));
    expect(lines()).toMatchObject([{ message: 'detail' }]);
  });
});

test('an unknown option throws', () => {
  expect(() => createLogger({ servce: 'x' } as never)).toThrow(
    /^Cannot create logger: unknown option 'servce'; known: service, /,
  );
});
