import { deadlineIn, TwelvefoldError } from '@twelvefold/core';
import type { Scope } from '@twelvefold/lifecycle';
import { currentScope } from '@twelvefold/lifecycle';
import { createLogger, createMetrics } from '@twelvefold/logging';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { ParamsInvalid } from './params-invalid.ts';
import { runTask } from './run-task.ts';
import type { Run } from './runs/run.ts';
import type { AnyTask } from './task.ts';
import { defineTask } from './task.ts';

interface Ctx {
  signal: AbortSignal;
  seen: string[];
}

const recalculate = defineTask({
  name: 'recalculate-totals',
  params: z.object({ since: z.iso.date(), dryRun: z.boolean().default(false), limit: z.number().int().optional() }),
  run: async ({ since, dryRun }, ctx: Ctx) => {
    ctx.seen.push(since);
    return { changed: dryRun ? 0 : 3 };
  },
});

/** A clock that moves on by 250 ms with each look at it. */
function steppingClock() {
  let elapsed = 0;
  const step = () => {
    elapsed += 250;
    return elapsed;
  };
  return { now: () => Date.UTC(2026, 10, 22) + step(), monotonic: step };
}

const context =
  (seen: string[] = []) =>
  (scope: Scope) => ({ signal: scope.signal, seen });

function taskOf(run: (params: unknown, ctx: Ctx) => unknown) {
  return defineTask({ name: 'some-task', params: z.object({}), run });
}

describe('types', () => {
  test('parameters, result and context are inferred', () => {
    expectTypeOf(recalculate.run).parameter(0).toEqualTypeOf<{
      since: string;
      dryRun: boolean;
      limit?: number | undefined;
    }>();
    expectTypeOf(recalculate.run).parameter(1).toEqualTypeOf<Ctx>();
    expectTypeOf(runTask(recalculate, { since: '2026-01-01' }, { makeContext: context() })).resolves.toEqualTypeOf<
      Run<{ changed: number }>
    >();
    expectTypeOf(recalculate).toExtend<AnyTask>();
    const coerced = defineTask({ name: 'a', params: z.object({ at: z.coerce.date() }), run: ({ at }) => at.getTime() });
    expectTypeOf(coerced.run).returns.toEqualTypeOf<number | Promise<number>>();
    // @ts-expect-error the context that is made must be the one the task takes
    void (() => runTask(recalculate, {}, { makeContext: () => ({ signal: 1 }) }));
    // @ts-expect-error a parameter that the schema does not have
    defineTask({ name: 'b', params: z.object({ at: z.string() }), run: ({ att }) => att });
  });
});

describe('a definition', () => {
  test('is plain data', () => {
    expect(recalculate).toEqual({
      kind: 'task',
      name: 'recalculate-totals',
      params: recalculate.params,
      run: expect.any(Function),
    });
  });

  test.each([
    [{ name: 'Recalculate' }, /Cannot define task "Recalculate"/],
    [{ retries: 3 }, /unknown option 'retries'/],
    [{ params: { since: 'string' } }, /'params' is not a Standard Schema/],
    [{ run: undefined }, /'run' is not a function/],
  ])('with %j throws', (wrong, message) => {
    const options = { name: 'a', params: z.object({}), run: () => undefined, ...wrong };
    expect(() => defineTask(options as never)).toThrow(message);
  });
});

describe('a run', () => {
  test('that succeeds', async () => {
    const seen: string[] = [];
    const run = await runTask(
      recalculate,
      { since: '2026-01-01' },
      { makeContext: context(seen), clock: steppingClock(), newId: () => 'run-1', correlationId: 'corr-1' },
    );
    expect(run).toEqual({
      id: 'run-1',
      task: 'recalculate-totals',
      status: 'succeeded',
      startedAt: '2026-11-22T00:00:00.250Z',
      endedAt: '2026-11-22T00:00:01.000Z',
      durationMs: 750,
      correlationId: 'corr-1',
      result: { changed: 3 },
    });
    expect(seen).toEqual(['2026-01-01']);
    expect(JSON.parse(JSON.stringify(run))).toEqual(run);
  });

  test('runs inside its own scope', async () => {
    const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    const scopes: Array<Scope | undefined> = [];
    const task = taskOf(() => {
      scopes.push(currentScope());
    });
    const makeContext = (scope: Scope) => {
      scopes.push(scope, currentScope());
      return { signal: scope.signal, seen: [] };
    };
    const run = await runTask(task, {}, { makeContext, component: 'admin', trace, deadline: deadlineIn(60_000) });
    expect(new Set(scopes).size).toBe(1);
    expect(scopes[0]).toMatchObject({ kind: 'task', component: 'admin', trace, correlationId: run.correlationId });
    expect(scopes[0]?.deadline.remainingMs()).toBeLessThanOrEqual(60_000);
    expect(run).not.toHaveProperty('result');
    expect(currentScope()).toBeUndefined();
    const other = await runTask(task, {}, { makeContext });
    expect(other.id).not.toBe(run.id);
    expect(other.correlationId).not.toBe(run.correlationId);
    expect(scopes.at(-1)?.component).toBe('some-task');
  });

  test.each<[string, unknown, object]>([
    ['an error', new RangeError('no'), { name: 'RangeError', message: 'no' }],
    [
      'an error with a code',
      new TwelvefoldError('ROW_INVALID', 'no'),
      { name: 'TwelvefoldError', message: 'no', code: 'ROW_INVALID' },
    ],
    ['no error at all', 'text', { name: 'Error', message: 'text' }],
    ['undefined', undefined, { name: 'Error', message: 'undefined' }],
  ])('that throws %s is a record', async (_name, thrown, error) => {
    const run = await runTask(
      taskOf(() => {
        throw thrown;
      }),
      {},
      { makeContext: context() },
    );
    expect(run).toMatchObject({ status: 'errored', error });
  });

  test('whose context cannot be made is a record', async () => {
    const makeContext = () => {
      throw new Error('no database');
    };
    expect(await runTask(recalculate, { since: '2026-01-01' }, { makeContext })).toMatchObject({
      status: 'errored',
      error: { message: 'no database' },
    });
  });

  test('whose scope cannot be ended cleanly has failed', async () => {
    const task = taskOf(() => {
      currentScope()?.onEnd(() => Promise.reject(new Error('lease lost')));
      return 'result';
    });
    const run = await runTask(task, {}, { makeContext: context() });
    expect(run).toMatchObject({ status: 'errored', error: { name: 'AggregateError' } });
    expect(run).not.toHaveProperty('result');
  });
});

describe('cancellation', () => {
  const untilAborted = taskOf(
    (_params, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped half way', { cause: signal.reason })));
      }),
  );

  test('ends a run that gives up because of it', async () => {
    const controller = new AbortController();
    const pending = runTask(untilAborted, {}, { makeContext: context(), signal: controller.signal });
    setImmediate(() => controller.abort(new Error('SIGINT')));
    expect(await pending).toMatchObject({ status: 'cancelled', error: { message: 'stopped half way' } });
  });

  test('before the start means the task does not run', async () => {
    const seen: string[] = [];
    const signal = AbortSignal.abort();
    const run = await runTask(recalculate, { since: '2026-01-01' }, { makeContext: context(seen), signal });
    expect(run).toMatchObject({ status: 'cancelled', error: { name: 'AbortError' } });
    expect(seen).toEqual([]);
  });

  test('of a run that finishes all the same changes nothing', async () => {
    const controller = new AbortController();
    const task = taskOf(() => {
      controller.abort();
      return 'done';
    });
    const run = await runTask(task, {}, { makeContext: context(), signal: controller.signal });
    expect(run).toMatchObject({ status: 'succeeded', result: 'done' });
  });

  test('does not hide another failure', async () => {
    const controller = new AbortController();
    const task = taskOf(() => {
      controller.abort();
      throw new Error('disk full');
    });
    const run = await runTask(task, {}, { makeContext: context(), signal: controller.signal });
    expect(run).toMatchObject({ status: 'errored', error: { message: 'disk full' } });
  });

  test('is what libraries call it, once the signal is aborted', async () => {
    const controller = new AbortController();
    const abortError = Object.assign(new Error('Request aborted'), { name: 'AbortError' });
    const task = taskOf(() => {
      if (controller.signal.aborted) throw abortError;
      controller.abort(new Error('SIGTERM'));
      throw abortError;
    });
    const options = { makeContext: context(), signal: controller.signal };
    expect(await runTask(task, {}, options)).toMatchObject({ status: 'cancelled' });
    const unasked = taskOf(() => Promise.reject(abortError));
    expect(await runTask(unasked, {}, { makeContext: context() })).toMatchObject({ status: 'errored' });
  });
});

describe('parameters that do not fit', () => {
  test('are all named, with no value, and the task does not run', async () => {
    const seen: string[] = [];
    const raw = { since: 'hunter22', dryRun: 'hunter22', limit: 1.5 };
    const error = await runTask(recalculate, raw, { makeContext: context(seen) }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(TwelvefoldError.isInstance(error, 'PARAMS_INVALID')).toBe(true);
    expect(ParamsInvalid.isInstance(error) && error.faults.map(({ field }) => field)).toEqual([
      'since',
      'dryRun',
      'limit',
    ]);
    expect(String(error)).toMatch(
      /^ParamsInvalid: Cannot run task 'recalculate-totals': its parameters do not fit: since: /,
    );
    expect(String(error)).not.toContain('hunter22');
    expect(seen).toEqual([]);
  });

  test('of a schema that quotes values are named without its words', async () => {
    const params = {
      '~standard': {
        version: 1 as const,
        vendor: 'quoting',
        validate: async (value: unknown) => ({
          issues: [
            { message: `got ${JSON.stringify(value)}`, path: [{ key: 'list' }, 0, 'pin'] },
            { message: 'whole' },
          ],
        }),
      },
    };
    const task = defineTask({ name: 'a', params, run: () => undefined });
    await expect(runTask(task, { pin: 1234 }, { makeContext: () => undefined })).rejects.toThrow(
      "Cannot run task 'a': its parameters do not fit: list[0].pin: does not fit the schema; (all): does not fit the schema",
    );
  });
});

describe('logs and metrics', () => {
  function observed() {
    const lines: string[] = [];
    const emf: string[] = [];
    const logger = createLogger({ service: 'orders', env: {}, write: (line) => lines.push(line) });
    const metrics = createMetrics({ namespace: 'Orders', service: 'orders', write: (line) => emf.push(line) });
    const parse = (texts: string[]) => texts.map((text) => JSON.parse(text) as Record<string, unknown>);
    return { logger, metrics, lines: () => parse(lines), emf: () => parse(emf) };
  }

  test('say how a run went', async () => {
    const { logger, metrics, lines, emf } = observed();
    const clock = steppingClock();
    const options = { makeContext: context(), logger, metrics, clock, newId: () => 'run-1', correlationId: 'corr-1' };
    await runTask(recalculate, { since: '2026-01-01' }, options);
    const inScope = { task: 'recalculate-totals', runId: 'run-1', correlation_id: 'corr-1', kind: 'task' };
    expect(lines()).toMatchObject([
      { level: 'INFO', message: 'Task started', ...inScope },
      { level: 'INFO', message: 'Task succeeded', durationMs: 250, ...inScope },
    ]);
    expect(emf()).toMatchObject([{ task: 'recalculate-totals', taskSucceeded: 1, taskDuration: 250 }]);
  });

  test('a failure with its stack; a secret in it shows nowhere', async () => {
    const { logger, metrics, lines, emf } = observed();
    logger.redactor.add('hunter22');
    const task = taskOf(() => {
      throw new Error('login with hunter22 failed');
    });
    const run = await runTask(task, {}, { makeContext: context(), logger, metrics });
    expect(run.error?.message).toBe('login with [redacted] failed');
    expect(lines().at(-1)).toMatchObject({
      level: 'ERROR',
      message: 'Task failed',
      error: { stack: expect.stringContaining('run-task.test.ts') },
    });
    expect(JSON.stringify(lines())).not.toContain('hunter22');
    expect(emf()).toMatchObject([{ taskFailed: 1 }]);
  });

  test('no secret parameter', async () => {
    const { logger, lines } = observed();
    const task = defineTask({
      name: 'login',
      params: z.object({ pin: z.number(), token: z.string() }),
      secretParams: ['pin', 'token'],
      run: ({ pin, token }) => {
        throw new Error(`refused ${pin} and ${token}`);
      },
    });
    const run = await runTask(task, { pin: 12_345_678, token: 'hush-hush-1' }, { makeContext: context(), logger });
    expect(run.error?.message).toBe('refused [redacted] and [redacted]');
    expect(JSON.stringify(lines())).not.toMatch(/12345678|hush-hush/);
  });

  test('a cancellation as a warning', async () => {
    const { logger, metrics, lines, emf } = observed();
    await runTask(
      taskOf(() => 1),
      {},
      { makeContext: context(), logger, metrics, signal: AbortSignal.abort() },
    );
    expect(lines().at(-1)).toMatchObject({ level: 'WARN', message: 'Task cancelled' });
    expect(emf()).toMatchObject([{ taskCancelled: 1 }]);
  });

  test('an end that is not clean, with the run’s correlation id', async () => {
    const { logger, lines } = observed();
    const task = taskOf(() => currentScope()?.onEnd(() => Promise.reject(new Error('lease lost'))));
    await runTask(task, {}, { makeContext: context(), logger, correlationId: 'corr-1' });
    expect(lines().at(-1)).toMatchObject({
      level: 'ERROR',
      message: 'Cannot end task cleanly',
      correlation_id: 'corr-1',
      error: { errors: [{ message: 'lease lost' }] },
    });
  });
});
