import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import type { OutputLine } from '../process/start-process.ts';
import type { LaunchedFunction, LaunchFunctionOptions } from './launch-function.ts';
import { launchFunction } from './launch-function.ts';

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}.mjs`, import.meta.url));
const launched: LaunchedFunction[] = [];

async function launch(options: Partial<LaunchFunctionOptions> = {}): Promise<LaunchedFunction> {
  const fn = await launchFunction({
    name: 'orders',
    entry: fixture('handler'),
    region: 'eu-central-1',
    env: {},
    timeoutMs: 10_000,
    managed: { workers: 2, concurrency: 8 },
    ...options,
  });
  launched.push(fn);
  return fn;
}

afterEach(async () => {
  await Promise.all(launched.splice(0).map((fn) => fn.stop()));
});

interface Where {
  readonly pid: number;
  readonly threadId: number;
}

test('invocations overlap in one worker: each waits for the other', async () => {
  const fn = await launch({ managed: { workers: 1, concurrency: 3 } });
  const results = await Promise.all([1, 2, 3].map(() => fn.invoke({ do: 'meet', people: 3 })));
  expect(results.map(({ payload }) => (payload as Where | undefined)?.threadId)).toEqual([1, 1, 1]);
  expect(new Set(results.map(({ requestId }) => requestId)).size).toBe(3);
});

test('one process has several workers, each with its own init', async () => {
  const fn = await launch();
  const seen: Where[] = [];
  while (new Set(seen.map(({ threadId }) => threadId)).size < 2) {
    seen.push((await fn.invoke({ do: 'thread' })).payload as Where);
  }
  expect(new Set(seen.map(({ pid }) => pid))).toEqual(new Set(fn.pids()));
  expect(fn.pids()).toHaveLength(1);
});

test('more than its concurrency wait their turn', async () => {
  const fn = await launch({ managed: { workers: 1, concurrency: 2 } });
  const meeting = Promise.all([1, 2, 3, 4].map(() => fn.invoke({ do: 'meet', people: 2 })));
  expect((await meeting).map(({ payload }) => (payload as { present: number } | undefined)?.present).sort()).toEqual([
    2, 2, 3, 4,
  ]);
});

test('its environment says what it is', async () => {
  const fn = await launch({ managed: {} });
  const { payload } = await fn.invoke({ do: 'env' });
  expect(payload).toMatchObject({
    AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances',
    AWS_LAMBDA_MAX_CONCURRENCY: '64',
    AWS_LAMBDA_NODEJS_WORKER_COUNT: '2',
  });
  // It is the process's, and would be that of another invocation.
  expect(payload).not.toHaveProperty('_X_AMZN_TRACE_ID');
});

test('an invocation that is late is answered for, and the others go on in the same process', async () => {
  const fn = await launch({ timeoutMs: 1_500 });
  const [pid] = (await fn.invoke({ do: 'thread' }).then(() => fn.pids())) as [number];
  const late = fn.invoke({ do: 'wait', ms: 60_000 });
  const other = await fn.invoke({ do: 'thread' });
  expect((await late).error).toMatchObject({ errorType: 'Sandbox.Timedout', phase: 'invoke' });
  expect((other.payload as Where).pid).toBe(pid);
  expect(((await fn.invoke({ do: 'thread' })).payload as Where).pid).toBe(pid);
});

test('the crash of a worker is logged; its invocations time out, and the other works on', async () => {
  const lines: OutputLine[] = [];
  const fn = await launch({ timeoutMs: 1_500, onOutput: (line) => lines.push(line) });
  expect((await fn.invoke({ do: 'throw-uncaught' })).error?.errorType).toBe('Sandbox.Timedout');
  const after = await Promise.all([1, 2, 3].map(() => fn.invoke({ do: 'thread' })));
  expect(new Set(after.map(({ payload }) => (payload as Where).threadId)).size).toBe(1);
  expect(lines.map(({ line }) => line).join()).toContain('from a timer');
});

test('a process that ends fails what it held, and the next invocation has a new one', async () => {
  const fn = await launch({ managed: { workers: 1, concurrency: 8 } });
  const held = fn.invoke({ do: 'wait', ms: 60_000 });
  await fn.invoke({ do: 'thread' });
  const [first] = fn.pids();
  await fn.kill();
  expect((await held).error).toMatchObject({ errorType: 'Runtime.ExitError' });
  const again = (await fn.invoke({ do: 'thread' })).payload as Where;
  expect(again.pid).not.toBe(first);
  expect(fn.pids()).toEqual([again.pid]);
});

test('a failed init is the answer', async () => {
  const fn = await launch({ entry: fixture('init-throws') });
  expect((await fn.invoke({})).error).toMatchObject({ phase: 'init' });
});

test('a managed instance of no worker is refused', async () => {
  await expect(launch({ managed: { workers: 0 } })).rejects.toThrow('workers is 0; it must be a whole number above 0');
  await expect(launch({ managed: { threads: 1 } as never })).rejects.toThrow('threads');
});
