import { writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runnableContainer } from '../../launcher/task/runnable-container.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';

const SCRIPT = `
console.log('hello', process.argv[2], process.env.EXTRA, process.env.ECS_CONTAINER_METADATA_URI_V4 ? 'ecs' : 'no');
if (process.argv[2] === 'wait') {
  process.on('SIGTERM', () => { console.log('stopping'); process.exit(0); });
  setInterval(() => {}, 1000);
} else process.exit(Number(process.argv[2] ?? 0));
`;

let aws: LocalAws;
let ecs: ECSClient;
let config: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
const events: Array<Record<string, { [key: string]: unknown }>> = [];
const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:watch';

beforeAll(async () => {
  aws = await startLocalAws();
  config = { endpoint: aws.url, region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  ecs = new ECSClient(config);
  const cwd = await mkdtemp(join(tmpdir(), 'ecs-'));
  writeFileSync(join(cwd, 'task.mjs'), SCRIPT);
  const command = ['node', 'task.mjs', '0'] as const;
  aws.containers.register(
    runnableContainer({ family: 'shop', cluster: 'prod', service: 'web', command, cwd, env: { EXTRA: 'own' } }),
  );
  aws.containers.register(runnableContainer({ family: 'broken', command: ['no-such-program'], cwd, env: {} }));
  aws.functions.register(FUNCTION, async (event) => void events.push(event as (typeof events)[number]));
  const bridge = new EventBridgeClient(config);
  const EventPattern = JSON.stringify({ source: ['aws.ecs'], detail: { lastStatus: ['STOPPED'] } });
  await bridge.send(new PutRuleCommand({ Name: 'stopped', EventPattern }));
  await bridge.send(new PutTargetsCommand({ Rule: 'stopped', Targets: [{ Id: 'f', Arn: FUNCTION }] }));
});
afterAll(() => aws.close());

const run = (input: object = {}) => ecs.send(new RunTaskCommand({ cluster: 'prod', taskDefinition: 'shop', ...input }));
const command = (...words: string[]) => ({
  overrides: { containerOverrides: [{ name: 'app', command: ['node', 'task.mjs', ...words] }] },
});

async function describeTask(arn: string) {
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: 'prod', tasks: [arn] }));
  return tasks[0];
}
const ended = (arn: string) =>
  expect.poll(() => describeTask(arn), { timeout: 20_000 }).toMatchObject({ lastStatus: 'STOPPED' });

describe('a task', () => {
  it('is a process with the exit code of its container, a log and an event at its end', async () => {
    const { tasks = [] } = await run({ ...command('3'), startedBy: 'me' });
    const arn = tasks[0]?.taskArn ?? '';
    expect(arn).toMatch(/^arn:aws:ecs:eu-west-1:123456789012:task\/prod\/[0-9a-f]{32}$/);
    await ended(arn);
    expect(await describeTask(arn)).toMatchObject({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      startedBy: 'me',
      containers: [{ name: 'app', exitCode: 3 }],
    });
    const logs = new CloudWatchLogsClient(config);
    const stream = { logGroupName: '/ecs/shop', logStreamName: `ecs/app/${arn.split('/').at(-1)}` };
    const { events: lines = [] } = await logs.send(new GetLogEventsCommand({ ...stream, startFromHead: true }));
    expect(lines.map(({ message }) => message)).toEqual(['hello 3 own ecs']);
    await expect
      .poll(() => events.map(({ detail }) => [detail?.taskArn, detail?.lastStatus]))
      .toContainEqual([arn, 'STOPPED']);
  });

  it('is started once per client token, and refused for another input', async () => {
    const input = { ...command('0'), clientToken: 'token' };
    const first = await run(input);
    const second = await run(input);
    expect(second.tasks?.[0]?.taskArn).toBe(first.tasks?.[0]?.taskArn);
    await expect(run({ ...input, startedBy: 'other' })).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it('is stopped by SIGTERM, as its user asked', async () => {
    const { tasks = [] } = await run(command('wait'));
    const arn = tasks[0]?.taskArn ?? '';
    await expect.poll(() => describeTask(arn), { timeout: 20_000 }).toMatchObject({ lastStatus: 'RUNNING' });
    const listed = await ecs.send(new ListTasksCommand({ cluster: 'prod', family: 'shop' }));
    expect(listed.taskArns).toContain(arn);
    await ecs.send(new StopTaskCommand({ cluster: 'prod', task: arn, reason: 'enough' }));
    await ended(arn);
    const stopped = await describeTask(arn);
    expect(stopped).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'enough' });
    // SIGTERM may come before the process has set its handler.
    expect([0, 143]).toContain(stopped?.containers?.[0]?.exitCode);
  });

  it('that cannot be started has no exit code', async () => {
    const { tasks = [] } = await run({ taskDefinition: 'broken' });
    const arn = tasks[0]?.taskArn ?? '';
    await ended(arn);
    const task = await describeTask(arn);
    expect(task).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: expect.stringContaining('CannotStartContainerError'),
    });
    expect(task?.containers?.[0]).not.toHaveProperty('exitCode');
  });

  it('of an unknown definition, and an override of an unknown container, are refused', async () => {
    await expect(run({ taskDefinition: 'none' })).rejects.toMatchObject({ name: 'ClientException' });
    const overrides = { containerOverrides: [{ name: 'sidecar' }] };
    await expect(run({ overrides })).rejects.toThrow('sidecar');
    const { failures } = await ecs.send(new DescribeTasksCommand({ cluster: 'prod', tasks: ['none'] }));
    expect(failures).toEqual([{ arn: 'none', reason: 'MISSING' }]);
  });
});

it('a service has the network and the definition for tasks of its kind', async () => {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web', 'none'] }));
  expect(services).toHaveLength(1);
  const taskDefinition = services[0]?.taskDefinition ?? '';
  expect(services[0]?.networkConfiguration?.awsvpcConfiguration?.subnets).toEqual(['subnet-local']);
  const { taskDefinition: found } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  expect(found?.containerDefinitions?.[0]?.logConfiguration?.options).toMatchObject({ 'awslogs-group': '/ecs/shop' });
});
