import type { Aws } from '@twelvefold/aws';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../runs/run.ts';
import type { EcsPlace } from './ecs.ts';
import { ecsLauncher, taskDefinitionOf } from './ecs.ts';

const run = { id: 'nightly-1', task: 'nightly' } as RunRecord; // of a record, the launcher reads these
const service = {
  taskDefinition: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/orders-prod:7',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
  launchType: 'FARGATE',
};

async function launched(place: Omit<EcsPlace, 'cluster'>) {
  const calls: Array<[operation: string, input: Readonly<Record<string, unknown>>]> = [];
  const call = async (_service: string, operation: string, input: Readonly<Record<string, unknown>>) => {
    calls.push([operation, input]);
    return operation === 'RunTask' ? { tasks: [{ taskArn: 'arn:task' }] } : { services: [service] };
  };
  const aws = { call } as unknown as Aws; // the launcher calls nothing else
  await ecsLauncher({ aws, place: { cluster: 'orders-prod', ...place } }).launch(run, 'token');
  return { operations: calls.map(([operation]) => operation), input: calls.at(-1)?.[1] };
}

describe('the launcher on ECS', () => {
  it('runs a task as the service does', async () => {
    const { operations, input } = await launched({ service: 'orders-prod' });
    expect(operations).toEqual(['DescribeServices', 'RunTask']);
    expect(input).toMatchObject({ ...service, startedBy: 'twelvefold/nightly-1', group: 'task:nightly' });
    expect(input?.overrides).toEqual({
      containerOverrides: [{ name: 'app', command: ['node', 'admin.js', 'leg', 'nightly-1'] }],
    });
  });

  it("runs a task's own definition in the service's network", async () => {
    const { input } = await launched({ service: 'orders-prod', taskDefinition: 'orders-prod-{task}' });
    expect(input).toMatchObject({ ...service, taskDefinition: 'orders-prod-nightly' });
  });

  it('needs no service where subnets and a definition are named', async () => {
    const place = { taskDefinition: 'orders-prod-{task}', subnets: ['subnet-2'], securityGroups: ['sg-1'] };
    const { operations, input } = await launched(place);
    expect(operations).toEqual(['RunTask']);
    expect(input).toMatchObject({
      taskDefinition: 'orders-prod-nightly',
      launchType: 'FARGATE',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-2'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
      },
    });
  });

  it('says what a place lacks', async () => {
    await expect(launched({ taskDefinition: 'orders-prod-{task}' })).rejects.toThrow(
      'Cannot start run nightly-1 on ECS: the place names neither a service nor a task definition with subnets',
    );
  });
});

describe('the task definition of a task', () => {
  const found = async (place: Omit<EcsPlace, 'cluster'>, services: unknown[] = [service]) => {
    const aws = { call: async () => ({ services }) } as unknown as Aws; // nothing else is called
    return taskDefinitionOf('nightly', { aws, place: { cluster: 'orders-prod', ...place } });
  };

  it("is the place's, or the service's", async () => {
    expect(await found({ taskDefinition: 'orders-prod-{task}' }, [])).toBe('orders-prod-nightly');
    expect(await found({ service: 'orders-prod' })).toBe(service.taskDefinition);
  });

  it('is refused as a launch would be', async () => {
    await expect(found({})).rejects.toThrow(
      "Cannot find the task definition of task 'nightly': the place names neither a service nor a task definition with subnets",
    );
    await expect(found({ service: 'orders' }, [])).rejects.toThrow(
      'the service orders is not in the cluster orders-prod',
    );
  });
});
