import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    env: { TABLE: 'orders-dev' },
    timeoutMs: 5_000,
    ...options,
  });
  launched.push(fn);
  return fn;
}

afterEach(async () => {
  await Promise.all(launched.splice(0).map((fn) => fn.stop()));
});

function isAlive(pid: number | undefined): boolean {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
}

test('answers with what the handler returns, one process for many invocations', async () => {
  const fn = await launch();
  const first = await fn.invoke({ do: 'count' });
  const second = await fn.invoke({ do: 'count' });
  expect(first.payload).toEqual({ pid: fn.pids()[0], invocations: 1 });
  expect(second.payload).toEqual({ pid: fn.pids()[0], invocations: 2 });
  expect(first.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect((await fn.invoke({ order: 'ü€' })).payload).toEqual({ echo: { order: 'ü€' } });
  expect((await fn.invoke(undefined)).payload).toEqual({ echo: null });
  expect((await fn.invoke({ do: 'print' })).payload).toBeNull();
});

test('gives the handler the context and the environment that Lambda gives', async () => {
  const fn = await launch({ memoryMb: 256 });
  const traceId = 'Root=1-5e9f0c65-1de4d666d4dd26aced652b6c;Parent=53995c3f42cd8ad8;Sampled=1';
  const { payload, requestId } = await fn.invoke({ do: 'context' }, { traceId });
  expect(payload).toEqual({
    functionName: 'orders',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:orders',
    memoryLimitInMB: '256',
    awsRequestId: requestId,
    logGroupName: '/aws/lambda/orders',
    logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
    xRayTraceId: traceId,
    remaining: expect.any(Number),
    trace: traceId,
  });
  expect((payload as { remaining: number }).remaining).toBeLessThanOrEqual(5_000);
  const env = (await fn.invoke({ do: 'env' })).payload as Record<string, string>;
  expect(Object.keys(env).sort()).toEqual([
    'AWS_DEFAULT_REGION',
    'AWS_EXECUTION_ENV',
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_LAMBDA_FUNCTION_VERSION',
    'AWS_LAMBDA_INITIALIZATION_TYPE',
    'AWS_LAMBDA_LOG_GROUP_NAME',
    'AWS_LAMBDA_LOG_STREAM_NAME',
    'AWS_LAMBDA_RUNTIME_API',
    'AWS_REGION',
    'LAMBDA_TASK_ROOT',
    'LANG',
    'PATH',
    'TABLE',
    'TZ',
    '_HANDLER',
    '_X_AMZN_TRACE_ID',
  ]);
  expect(env).toMatchObject({
    _HANDLER: 'handler.handler',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_REGION: 'eu-central-1',
    TABLE: 'orders-dev',
  });
});

test('the runtime client sets no globals', async () => {
  const fn = await launch();
  const { payload } = await fn.invoke({ do: 'globals' });
  // What a bare process has; a runner's own globals in this process do not count.
  const bare = JSON.parse(
    execFileSync(process.execPath, ['-p', 'JSON.stringify(Object.getOwnPropertyNames(globalThis))'], {
      env: {},
    }).toString(),
  );
  const commonJsOfEval = ['__filename', '__dirname', 'module', 'exports', 'require'];
  expect((payload as string[]).filter((name) => !bare.includes(name) && !commonJsOfEval.includes(name))).toEqual([]);
});

test.each([
  ['throw', { errorType: 'OrderError', errorMessage: 'the order is bad' }],
  ['throw-string', { errorType: 'string', errorMessage: 'only words' }],
  ['cycle', { errorType: 'Runtime.JSONStringifyError', errorMessage: 'Unable to stringify response body' }],
])('%s: an error of the handler is the answer, and the environment lives on', async (behaviour, expected) => {
  const fn = await launch();
  const { error } = await fn.invoke({ do: behaviour });
  expect(error).toMatchObject({ ...expected, phase: 'invoke', trace: expect.any(Array) });
  expect((await fn.invoke({ do: 'count' })).payload).toMatchObject({ invocations: 2 });
});

test.each(['reject-unhandled', 'throw-uncaught'])(
  '%s: an error that is not caught ends the process',
  async (behaviour) => {
    const fn = await launch();
    const { error } = await fn.invoke({ do: behaviour });
    expect(error).toMatchObject({ errorType: 'Runtime.ExitError', exit: { code: 1, signal: null } });
    expect(error?.errorMessage).toMatch(/Runtime exited with error: exit status 1$/);
    expect((await fn.invoke({ do: 'count' })).payload).toMatchObject({ invocations: 1 });
  },
);

test.each([
  [1, 'exit status 1'],
  [78, 'exit status 78'],
])(
  'a crash with exit code %i is an error in Lambda’s words, and the next invocation starts afresh',
  async (code, words) => {
    const fn = await launch();
    const { error, requestId } = await fn.invoke({ do: 'exit', code });
    expect(error).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${words}`,
      phase: 'invoke',
      exit: { code, signal: null },
    });
    expect((await fn.invoke({ do: 'count' })).payload).toMatchObject({ invocations: 1 });
  },
);

test('exit code 0 during an invocation is an error, too', async () => {
  const fn = await launch();
  const { error } = await fn.invoke({ do: 'exit', code: 0 });
  expect(error?.errorMessage).toMatch(/Error: Runtime exited without providing a reason$/);
});

test('a process that ends after its answer has answered', async () => {
  const fn = await launch();
  const { payload } = await fn.invoke({ do: 'exit-after', code: 3 });
  expect(payload).toEqual({ pid: expect.any(Number) });
  const again = await fn.invoke({ do: 'wait', ms: 60 });
  const pids = [(payload as { pid: number }).pid, (again.payload as { pid: number } | undefined)?.pid];
  // Either the process was gone already, or it took the second event down with it: never a hanging
  // invocation.
  if (again.error) expect(again.error.exit).toEqual({ code: 3, signal: null });
  else expect(pids[0]).not.toBe(pids[1]);
});

test('running out of memory ends the environment', async () => {
  const fn = await launch({ memoryMb: 64, timeoutMs: 60_000 });
  const { error } = await fn.invoke({ do: 'fill-memory' });
  expect(error?.errorMessage).toMatch(/Runtime exited with error: (signal: (aborted|trace)|exit status 134)/);
  expect((await fn.invoke({ do: 'count' })).payload).toMatchObject({ invocations: 1 });
}, 120_000);

test('a timeout answers in Lambda’s words, kills the process and starts another for the next event', async () => {
  const fn = await launch({ timeoutMs: 3_000 });
  await fn.invoke({ do: 'count' });
  const [pid] = fn.pids();
  const { error, requestId } = await fn.invoke({ do: 'wait', ms: 60_000 });
  expect(error).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after 3.00 seconds`,
    phase: 'invoke',
  });
  expect((await fn.invoke({ do: 'count' })).payload).toMatchObject({ invocations: 1 });
  expect(isAlive(pid)).toBe(false);
}, 120_000);

test.each([
  ['init-throws', 'ConfigError', 'no table name', 1],
  ['imports-missing', 'Error', 'no-such-file', 1],
  ['init-exits', 'Runtime.ExitError', 'exit status 78', 78],
])('%s: a failed init is the answer, with type, message and exit code', async (name, errorType, message, code) => {
  const lines: OutputLine[] = [];
  const fn = await launch({ entry: fixture(name), onOutput: (line) => lines.push(line) });
  const { error } = await fn.invoke({});
  expect(error).toMatchObject({
    errorType,
    errorMessage: expect.stringContaining(message),
    phase: 'init',
    exit: { code, signal: null },
  });
  expect(lines.some(({ stream }) => stream === 'stderr')).toBe(true);
  expect(fn.pids()).toEqual([]);
});

test('a bundle that does not parse is the function’s fault by name', async () => {
  const entry = join(mkdtempSync(join(tmpdir(), 'twelvefold-')), 'broken.mjs');
  writeFileSync(entry, 'export const handler = (;');
  const fn = await launch({ entry });
  expect((await fn.invoke({})).error).toMatchObject({ errorType: 'Runtime.UserCodeSyntaxError', phase: 'init' });
});

test.each([
  ['missing', 'Runtime.HandlerNotFound'],
  ['notAFunction', 'Runtime.HandlerNotFound'],
  ['callback', 'Runtime.CallbackHandlerDeprecated'],
])('export %s is not a handler', async (handler, errorType) => {
  const fn = await launch({ handler });
  expect((await fn.invoke({})).error).toMatchObject({ errorType, phase: 'init' });
});

test('invocations that overlap run in environments of their own, up to the limit; the rest wait', async () => {
  const fn = await launch({ maxConcurrency: 2 });
  const results = await Promise.all([300, 300, 300, 300].map((ms) => fn.invoke({ do: 'wait', ms })));
  const pids = results.map(({ payload }) => (payload as { pid: number }).pid);
  expect(new Set(pids).size).toBe(2);
  expect(fn.pids().length).toBe(2);
});

test('kill() fails what is in flight; the function goes on', async () => {
  const waiting = Promise.withResolvers<void>();
  const fn = await launch({ onOutput: () => waiting.resolve() });
  const inFlight = fn.invoke({ do: 'wait', ms: 60_000 });
  await waiting.promise;
  await fn.kill();
  expect((await inFlight).error?.errorMessage).toMatch(/Runtime exited with error: signal: killed$/);
  expect((await fn.invoke({ do: 'count' })).payload).toMatchObject({ invocations: 1 });
});

test('an aborted signal ends the waiting, not the function', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'twelvefold-')), 'touched');
  const fn = await launch({ maxConcurrency: 1 });
  const waiting = new AbortController();
  const first = fn.invoke({ do: 'touch', path }, { signal: waiting.signal });
  const second = fn.invoke({ do: 'count' }, { signal: waiting.signal });
  await new Promise((resolve) => setImmediate(resolve));
  waiting.abort(new Error('client gone'));
  await expect(first).rejects.toThrow('client gone');
  await expect(second).rejects.toThrow('client gone');
  await expect(fn.invoke({}, { signal: waiting.signal })).rejects.toThrow('client gone');
  await fn.stop();
  expect(existsSync(path)).toBe(true);
});

test('a response or an event beyond 6 MB is refused', async () => {
  const fn = await launch();
  expect((await fn.invoke({ do: 'big' })).error).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  expect((await fn.invoke('x'.repeat(6_291_456))).error).toMatchObject({ errorType: 'RequestEntityTooLargeException' });
  expect((await fn.invoke({ fine: true })).payload).toEqual({ echo: { fine: true } });
});

test('output arrives line by line, split at line feeds only', async () => {
  const lines: OutputLine[] = [];
  const fn = await launch({ onOutput: (line) => lines.push(line) });
  await fn.invoke({ do: 'print' });
  await fn.stop();
  expect(lines).toEqual([
    { source: 'orders', stream: 'stdout', line: 'one \u2028 line' },
    { source: 'orders', stream: 'stdout', line: 'partial' },
    { source: 'orders', stream: 'stderr', line: 'problem' },
  ]);
});

test('stop() waits for what is in flight, then leaves no process; nothing can be invoked after', async () => {
  const fn = await launch({ maxConcurrency: 1 });
  const inFlight = fn.invoke({ do: 'wait', ms: 200 });
  const queued = fn.invoke({ do: 'count' });
  const refused = expect(queued).rejects.toThrow('Cannot invoke function orders: it is stopped');
  await new Promise((resolve) => setImmediate(resolve));
  await fn.stop();
  const { payload } = await inFlight;
  await refused;
  expect(isAlive((payload as { pid: number }).pid)).toBe(false);
  await expect(fn.invoke({})).rejects.toThrow('it is stopped');
});

test('a process without an extension gets SIGKILL, one with an internal extension SIGTERM', async () => {
  const lines: string[] = [];
  const onOutput = ({ line }: OutputLine) => lines.push(line);
  const fn = await launch({ entry: fixture('with-extension'), onOutput });
  const { payload } = await fn.invoke({});
  expect(payload).toMatchObject({
    accepted: {
      status: 200,
      body: { functionName: 'orders', functionVersion: '$LATEST', handler: 'with-extension.handler' },
    },
    shutdown: { status: 403, body: { errorType: 'Extension.InvalidEventType' } },
    twice: { status: 403, body: { errorType: 'Extension.AlreadyRegistered' } },
    late: { status: 403, body: { errorType: 'Extension.RegistrationClosed' } },
    unknown: { status: 403 },
  });
  await fn.stop();
  expect(lines).toEqual(['SIGTERM']);
});

test('SIGTERM ignored: SIGKILL follows after 500 ms', async () => {
  const fn = await launch({ entry: fixture('with-extension'), env: { IGNORES_SIGTERM: 'yes' } });
  await fn.invoke({});
  const [pid] = fn.pids();
  await fn.stop();
  expect(isAlive(pid)).toBe(false);
});

test('an extension that registers and never asks for an event keeps init from ending', async () => {
  const fn = await launch({ entry: fixture('with-extension'), env: { ASKS_FOR_EVENTS: 'no' }, initTimeoutMs: 400 });
  const { error } = await fn.invoke({});
  expect(error).toMatchObject({
    errorType: 'Sandbox.Timedout',
    phase: 'init',
    exit: { code: null, signal: 'SIGKILL' },
  });
  expect(error?.errorMessage).toContain('init timed out after 0.40 seconds');
  expect(fn.pids()).toEqual([]);
});

test('between invocations the environment stands still', async () => {
  const fn = await launch();
  await fn.invoke({ do: 'count' });
  const state = () =>
    execFileSync('ps', ['-o', 'state=', '-p', String(fn.pids()[0])])
      .toString()
      .trim();
  await vi.waitFor(() => expect(state()).toMatch(/^T/), 60_000);
  expect((await fn.invoke({ do: 'count' })).payload).toMatchObject({ invocations: 2 });
  await vi.waitFor(() => expect(state()).toMatch(/^T/), 60_000);
  const awake = await launch({ freeze: false });
  await awake.invoke({ do: 'count' });
  expect((await awake.invoke({ do: 'count' })).payload).toMatchObject({ invocations: 2 });
  expect(execFileSync('ps', ['-o', 'state=', '-p', String(awake.pids()[0])]).toString()).not.toMatch(/^T/);
});

test('an invocation is over when the extension that follows it asks for its next event', async () => {
  const fn = await launch({ entry: fixture('with-invoke-extension') });
  const first = await fn.invoke({});
  const second = await fn.invoke({});
  const answers = [first.payload, second.payload] as Array<{ at: number; seen: Array<Record<string, unknown>> }>;
  const seen = answers.flatMap((answer) => answer.seen);
  const events = seen.filter(({ eventType }) => eventType === 'INVOKE');
  expect(events.map(({ requestId }) => requestId)).toContain(first.requestId);
  expect(events[0]).toMatchObject({
    invokedFunctionArn: fn.arn,
    deadlineMs: expect.any(Number),
    tracing: { type: 'X-Amzn-Trace-Id', value: expect.stringContaining('Root=1-') },
  });
  const asked = seen.find(({ asksAt }) => asksAt !== undefined);
  expect(Number(asked?.asksAt)).toBeLessThanOrEqual(answers[1]?.at ?? 0);
});

test('a bundle that is not there, or an option that does not exist, is refused', async () => {
  await expect(launch({ entry: '/no/such/bundle.js' })).rejects.toThrow(
    'Cannot launch function orders: /no/such/bundle.js does not exist; build it first',
  );
  await expect(launch({ timeout: 3 } as Partial<LaunchFunctionOptions>)).rejects.toThrow("unknown option 'timeout'");
});

test('a runtime that cannot be started is an error of the invocation', async () => {
  const fn = await launch({ runtimeCommand: ['/no/such/runtime'] });
  expect((await fn.invoke({})).error).toMatchObject({ errorType: 'Runtime.InvalidEntrypoint', phase: 'init' });
});
