import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import type { LaunchedTask, LaunchTaskOptions } from './launch-task.ts';
import { launchTask } from './launch-task.ts';

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cwd = fileURLToPath(new URL('./fixtures', import.meta.url));
const launched: LaunchedTask[] = [];

async function launch(options: Partial<LaunchTaskOptions> = {}): Promise<LaunchedTask> {
  const task = await launchTask({
    command: ['node', 'service.mjs'],
    cwd,
    region: 'eu-central-1',
    containerName: 'orders',
    env: { STAGE: 'dev' },
    port: 0,
    ...options,
  });
  launched.push(task);
  return task;
}

afterEach(async () => {
  await Promise.all(launched.splice(0).map((task) => task.kill()));
});

async function get(task: LaunchedTask, path: string): Promise<unknown> {
  return (await fetch(`${task.url}${path}`)).json();
}

test('the task has the environment of a Fargate container and nothing of the launcher’s', async () => {
  const task = await launch();
  await task.waitUntilReady('/health/ready');
  const env = (await get(task, '/env')) as Record<string, string>;
  expect(Object.keys(env).sort()).toEqual([
    'AWS_DEFAULT_REGION',
    'AWS_EXECUTION_ENV',
    'AWS_REGION',
    'ECS_AGENT_URI',
    'ECS_CONTAINER_METADATA_URI_V4',
    'PATH',
    'PORT',
    'STAGE',
  ]);
  expect(env).toMatchObject({ AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE', AWS_REGION: 'eu-central-1', STAGE: 'dev' });
  expect(task.url).toBe(`http://127.0.0.1:${env.PORT}`);
});

test('the metadata endpoint tells container, task and stats, from within the task', async () => {
  const task = await launch();
  await task.waitUntilReady('/health/ready');
  const { ECS_CONTAINER_METADATA_URI_V4: uri } = (await get(task, '/env')) as Record<string, string>;
  const container = await get(task, `/get?${uri}`);
  expect(container).toMatchObject({
    Name: 'orders',
    Labels: { 'com.amazonaws.ecs.task-arn': task.taskArn, 'com.amazonaws.ecs.container-name': 'orders' },
    KnownStatus: 'RUNNING',
  });
  expect(await get(task, `/get?${uri}/task`)).toMatchObject({
    TaskARN: task.taskArn,
    Cluster: 'arn:aws:ecs:eu-central-1:123456789012:cluster/local',
    Family: 'orders',
    LaunchType: 'FARGATE',
    Containers: [container],
  });
  expect(await get(task, `/get?${uri}/stats`)).toMatchObject({ name: 'orders' });
  expect((await fetch(`${task.url}/get?${uri}/nothing`)).status).toBe(404);
});

test('stop() sends SIGTERM and lets the task end', async () => {
  const lines: string[] = [];
  const task = await launch({ onOutput: ({ line }) => lines.push(line) });
  await task.waitUntilReady('/health/ready');
  expect(await task.stop()).toEqual({ code: 0, signal: null });
  expect(lines).toEqual(['listening', 'SIGTERM']);
  expect(await task.stop()).toEqual({ code: 0, signal: null });
  await expect(fetch(`${task.url}/env`)).rejects.toThrow();
});

test('SIGTERM ignored: SIGKILL follows after the stop timeout', async () => {
  const lines: string[] = [];
  const env = { IGNORES_SIGTERM: 'yes' };
  const task = await launch({ env, stopTimeoutMs: 300, onOutput: ({ line }) => lines.push(line) });
  await task.waitUntilReady('/health/ready');
  expect(await task.stop()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(lines).toContain('SIGTERM');
  expect(await task.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('kill() is SIGKILL at once', async () => {
  const lines: string[] = [];
  const task = await launch({ onOutput: ({ line }) => lines.push(line) });
  await task.waitUntilReady('/health/ready');
  expect(await task.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(lines).toEqual(['listening']);
});

test('waiting ends with the process: exit code and last words are in the error', async () => {
  const task = await launch({ env: { FAILS: 'yes' } });
  await expect(task.waitUntilReady('/health/ready', 60_000)).rejects.toThrow(
    'Cannot wait for task orders: the process ended, exit status 78; it said last:\nconfig is incomplete: PAYMENTS_KEY',
  );
  expect(await task.exited).toEqual({ code: 78, signal: null });
});

test('waiting ends with its timeout, telling the last answer', async () => {
  const task = await launch({ env: { READY: 'never' } });
  await task.waitUntilReady('/env');
  await expect(task.waitUntilReady('/health/ready', 100)).rejects.toThrow(
    'Cannot wait for task orders: /health/ready was not ready within 100 ms (status 503); it said last:\nlistening',
  );
});

test('a task without a port cannot be waited for', async () => {
  const task = await launch({ port: undefined });
  await expect(task.waitUntilReady('/health/ready')).rejects.toThrow('it has no port');
});

test('a crash is seen', async () => {
  const task = await launch();
  await task.waitUntilReady('/health/ready');
  await expect(fetch(`${task.url}/exit`)).rejects.toThrow();
  expect(await task.exited).toEqual({ code: 9, signal: null });
});

test('scale-in protection: asked for through the agent, seen from outside', async () => {
  const task = await launch();
  await task.waitUntilReady('/health/ready');
  const { ECS_AGENT_URI: agent } = (await get(task, '/env')) as Record<string, string>;
  const url = `${agent}/task-protection/v1/state`;
  const put = async (body: unknown) => {
    const response = await fetch(url, { method: 'PUT', body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };
  expect(await (await fetch(url)).json()).toEqual({
    protection: { ExpirationDate: null, ProtectionEnabled: false, TaskArn: task.taskArn },
  });
  expect(await put({ ProtectionEnabled: true, ExpiresInMinutes: 5 })).toMatchObject({
    status: 200,
    body: { protection: { ProtectionEnabled: true, ExpirationDate: expect.stringMatching(/^\d{4}-.*Z$/) } },
  });
  expect(task.protected()).toBe(true);
  expect(await put({ ExpiresInMinutes: 5 })).toMatchObject({
    status: 400,
    body: { error: { Code: 'InvalidParameterException' } },
  });
  await put({ ProtectionEnabled: false });
  expect(task.protected()).toBe(false);
});

test('a program that cannot be started is reported', async () => {
  await expect(launch({ cwd: '/no/such/directory' })).rejects.toThrow(
    'Cannot launch task orders: /no/such/directory does not exist; build it first',
  );
  await expect(launch({ command: ['/no/such/program'] })).rejects.toThrow(
    'Cannot launch task orders: /no/such/program cannot be started',
  );
  await expect(launch({ stopTimeout: 3 } as Partial<LaunchTaskOptions>)).rejects.toThrow(
    "unknown option 'stopTimeout'",
  );
});
