import { randomBytes } from 'node:crypto';
import type { RunnableContainer } from '../../core/container-registry.ts';
import {
  readInteger,
  readString,
  readStrings,
  readStructure,
  readStructures,
  requireString,
  requireStrings,
} from '../../core/input.ts';
import { partitionOf } from '../../core/partition.ts';
import type { Action, CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { emitEvent } from '../events/emit-event.ts';
import { appendLogLine } from '../logs/events.ts';
import { pageByKey } from '../page.ts';
import { serviceCredentials } from '../sts/issue-credentials.ts';
import type { Task } from './ecs-store.ts';
import { arnOf, clientFault, clusterName, describeTask, ecsStore, invalid, processes } from './ecs-store.ts';

type Input = Readonly<Record<string, unknown>>;

/** The family in `family`, `family:7` or an ARN. */
const familyOf = (definition: string) => definition.split('/').at(-1)?.split(':')[0] ?? definition;

const STATES = [
  'lastStatus',
  'desiredStatus',
  'startedMs',
  'stoppedMs',
  'stopCode',
  'stoppedReason',
  'exitCode',
  'containerReason',
] as const;

function change(task: Task, changes: Partial<Pick<Task, (typeof STATES)[number]>>, context: CallContext): void {
  Object.assign(task, changes);
  emitEvent(context, {
    source: 'aws.ecs',
    detailType: 'ECS Task State Change',
    resources: [task.arn],
    detail: { ...describeTask(task, context), version: 1 },
  });
}

const PRINCIPAL = 'ecs-tasks.amazonaws.com';
/** Of the execution role: AmazonECS/latest/developerguide/using_awslogs.html. */
const LOG_ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** Whether a role of the task may do this, and trusts ECS. */
const may = (roleArn: string, action: string, resource: string, { arn }: Task, { permits, region }: CallContext) =>
  permits({ from: PRINCIPAL, action, resource, sourceArn: arn, region, roleArn });

const logsArn = (group: string, stream: string, { region, account }: CallContext) =>
  `arn:${partitionOf(region)}:logs:${region}:${account}:log-group:${group}:log-stream:${stream}`;

/**
 * The variables that give a task the credentials of its role.
 *
 * @throws Error where the role does not trust ECS
 */
function taskCredentials(roleArn: string, { arn }: Task, context: CallContext): Record<string, string> {
  const call = { from: PRINCIPAL, action: 'sts:AssumeRole', resource: roleArn, sourceArn: arn, region: context.region };
  if (!context.permits(call)) throw new Error(`ECS was unable to assume the role '${roleArn}'`);
  const keys = serviceCredentials(roleArn, arn.split('/').at(-1) ?? '', context);
  return {
    AWS_ACCESS_KEY_ID: keys.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
    AWS_SESSION_TOKEN: keys.SessionToken,
  };
}

/** Starts the process behind a task, and follows it to its end. */
async function start(
  task: Task,
  container: RunnableContainer,
  overrides: ReadonlyArray<Input>,
  context: CallContext,
): Promise<void> {
  const containerOverride = overrides.find((override) => override.name === container.containerName) ?? {};
  const env = Object.fromEntries(
    (readStructures(containerOverride, 'environment') ?? []).map((pair) => [
      requireString(pair, 'name'),
      readString(pair, 'value') ?? '',
    ]),
  );
  const { executionRoleArn } = container;
  const taskRoleArn = task.roleArn;
  const group = `/ecs/${task.family}`;
  const stream = `ecs/${task.containerName}/${task.arn.split('/').at(-1)}`;
  // The platform writes the lines, with the execution role: the caller's permissions do not count.
  const place: CallContext = { ...context, touches: () => {} };
  const logs =
    executionRoleArn === undefined ||
    LOG_ACTIONS.every((action) => may(executionRoleArn, action, logsArn(group, stream, context), task, context));
  try {
    const credentials = taskRoleArn === undefined ? {} : taskCredentials(taskRoleArn, task, context);
    const running = await container.start({
      taskArn: task.arn,
      region: context.region,
      account: context.account,
      command: readStrings(containerOverride, 'command'),
      env: { ...credentials, ...env },
      onLine: (text) => {
        if (logs) appendLogLine(place, group, stream, text);
      },
    });
    processes.set(task, running);
    change(task, { lastStatus: 'RUNNING', startedMs: context.clock.now() }, context);
    // StopTask came while the process was starting.
    if (task.desiredStatus === 'STOPPED') context.background(() => running.stop());
    const exitCode = await running.exited;
    change(
      task,
      {
        lastStatus: 'STOPPED',
        desiredStatus: 'STOPPED',
        exitCode,
        stoppedMs: context.clock.now(),
        stopCode: task.stopCode ?? 'EssentialContainerExited',
        stoppedReason: task.stoppedReason ?? 'Essential container in task exited',
      },
      context,
    );
  } catch (error) {
    const reason = `CannotStartContainerError: ${error instanceof Error ? error.message : String(error)}`;
    const stopped = { lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stoppedMs: context.clock.now() } as const;
    change(
      task,
      { ...stopped, stopCode: 'TaskFailedToStart', stoppedReason: reason, containerReason: reason },
      context,
    );
  }
}

export const runTask: Action = (input, context) => {
  const definition = requireString(input, 'taskDefinition');
  const family = familyOf(definition);
  // There is one revision of each here.
  const revision = /:(\d+)$/.exec(definition)?.[1] ?? '1';
  context.touches(arnOf(context, `task-definition/${family}:${revision}`));
  const count = readInteger(input, 'count', { min: 1, max: 10 }) ?? 1;
  const startedBy = readString(input, 'startedBy', { max: 128 });
  const token = readString(input, 'clientToken', { max: 64 });
  const store = ecsStore(context);
  const text = JSON.stringify(input);
  const known = token === undefined ? undefined : store.tokens.get(token);
  if (known !== undefined && known.input !== text) {
    throw new ServiceError('ConflictException', 'The client token was used with other parameters.', {
      fields: { resourceIds: known.arns },
    });
  }
  const answer = (arns: readonly string[]) => {
    const tasks = arns.flatMap((arn) => store.tasks.get(arn) ?? []);
    return { tasks: tasks.map((task) => describeTask(task, context)), failures: [] };
  };
  if (known !== undefined) return answer(known.arns);
  const container = context.containers.find(family);
  if (container === undefined) throw clientFault('TaskDefinition not found.');
  const taskOverride = readStructure(input, 'overrides') ?? {};
  const roleArn = readString(taskOverride, 'taskRoleArn') ?? container.taskRoleArn;
  for (const role of [roleArn, readString(taskOverride, 'executionRoleArn') ?? container.executionRoleArn]) {
    if (role !== undefined) context.touches(role, 'iam:PassRole', { 'iam:PassedToService': PRINCIPAL });
  }
  const overrides = readStructures(taskOverride, 'containerOverrides') ?? [];
  const foreign = overrides.find(({ name }) => name !== container.containerName);
  if (foreign !== undefined)
    throw clientFault(`Override for container named ${String(foreign.name)} is not a container in the TaskDefinition.`);
  const cluster = clusterName(readString(input, 'cluster'));
  const arns = Array.from({ length: count }, () => {
    const task: Task = {
      arn: arnOf(context, `task/${cluster}/${randomBytes(16).toString('hex')}`),
      cluster,
      family,
      definitionArn: arnOf(context, `task-definition/${family}:1`),
      containerName: container.containerName,
      roleArn,
      startedBy,
      group: readString(input, 'group'),
      launchType: readString(input, 'launchType') ?? 'FARGATE',
      overrides: readStructure(input, 'overrides') ?? {},
      createdMs: context.clock.now(),
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      startedMs: undefined,
      stoppedMs: undefined,
      stopCode: undefined,
      stoppedReason: undefined,
      exitCode: undefined,
      containerReason: undefined,
    };
    store.tasks.set(task.arn, task);
    context.background(() => start(task, container, overrides, context));
    return task.arn;
  });
  if (token !== undefined) store.tokens.set(token, { input: text, arns });
  return answer(arns);
};

/** The ARN of a task that is named by its ARN or its id. */
const taskArn = (given: string, cluster: string, context: CallContext) =>
  given.startsWith('arn:') ? given : arnOf(context, `task/${cluster}/${given}`);

/** A task by its ARN or its id. */
function findTask(given: string, cluster: string, context: CallContext): Task | undefined {
  const { tasks } = ecsStore(context);
  return tasks.get(given) ?? tasks.get(arnOf(context, `task/${cluster}/${given}`));
}

export const stopTask: Action = (input, context) => {
  const cluster = clusterName(readString(input, 'cluster'));
  const given = requireString(input, 'task');
  context.touches(taskArn(given, cluster, context));
  const task = findTask(given, cluster, context);
  if (task === undefined) throw invalid('The referenced task was not found.');
  if (task.desiredStatus !== 'STOPPED') {
    task.desiredStatus = 'STOPPED';
    task.stopCode = 'UserInitiated';
    task.stoppedReason = readString(input, 'reason', { max: 1_024 }) ?? 'Task stopped by user';
    const running = processes.get(task);
    if (running !== undefined) context.background(() => running.stop());
  }
  return { task: describeTask(task, context) };
};

export const describeTasks: Action = (input, context) => {
  const cluster = clusterName(readString(input, 'cluster'));
  const named = requireStrings(input, 'tasks', { min: 1, max: 100 });
  for (const given of named) context.touches(taskArn(given, cluster, context));
  const found = named.map((given) => ({
    given,
    task: findTask(given, cluster, context),
  }));
  return {
    tasks: found.flatMap(({ task }) => (task === undefined ? [] : [describeTask(task, context)])),
    failures: found.flatMap(({ given, task }) => (task === undefined ? [{ arn: given, reason: 'MISSING' }] : [])),
  };
};

export const listTasks: Action = (input, context) => {
  const cluster = clusterName(readString(input, 'cluster'));
  const wanted = {
    family: readString(input, 'family'),
    startedBy: readString(input, 'startedBy'),
    launchType: readString(input, 'launchType'),
  };
  const status = readString(input, 'desiredStatus') ?? 'RUNNING';
  const found = [...ecsStore(context).tasks.values()].filter(
    (task) =>
      task.cluster === cluster &&
      task.desiredStatus === status &&
      (wanted.family === undefined || task.family === wanted.family) &&
      (wanted.startedBy === undefined || task.startedBy === wanted.startedBy) &&
      (wanted.launchType === undefined || task.launchType === wanted.launchType),
  );
  const size = readInteger(input, 'maxResults', { min: 1, max: 100 }) ?? 100;
  const page = pageByKey(
    found,
    ({ arn }) => arn,
    size,
    readString(input, 'nextToken'),
    () => invalid('Invalid token.'),
  );
  return { taskArns: page.items.map(({ arn }) => arn), ...(page.next === undefined ? {} : { nextToken: page.next }) };
};

export const describeServices: Action = (input, context) => {
  const cluster = clusterName(readString(input, 'cluster'));
  const named = requireStrings(input, 'services', { min: 1, max: 10 });
  for (const given of named) {
    context.touches(given.startsWith('arn:') ? given : arnOf(context, `service/${cluster}/${given}`));
  }
  const services = named.map((given) => {
    const name = given.split('/').at(-1) ?? given;
    const container = context.containers
      .all()
      .find((one) => one.service === name && clusterName(one.cluster) === cluster);
    return { given, name, container };
  });
  return {
    services: services.flatMap(({ name, container }) =>
      container === undefined
        ? []
        : [
            {
              serviceArn: arnOf(context, `service/${cluster}/${name}`),
              serviceName: name,
              clusterArn: arnOf(context, `cluster/${cluster}`),
              status: 'ACTIVE',
              launchType: 'FARGATE',
              taskDefinition: arnOf(context, `task-definition/${container.family}:1`),
              networkConfiguration: {
                awsvpcConfiguration: {
                  subnets: ['subnet-local'],
                  securityGroups: ['sg-local'],
                  assignPublicIp: 'DISABLED',
                },
              },
            },
          ],
    ),
    failures: services.flatMap(({ given, container }) =>
      container === undefined ? [{ arn: given, reason: 'MISSING' }] : [],
    ),
  };
};

export const describeTaskDefinition: Action = (input, context) => {
  const family = familyOf(requireString(input, 'taskDefinition'));
  const container = context.containers.find(family);
  if (container === undefined) throw clientFault('Unable to describe task definition.');
  return {
    taskDefinition: {
      taskDefinitionArn: arnOf(context, `task-definition/${family}:1`),
      family,
      revision: 1,
      status: 'ACTIVE',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [
        {
          name: container.containerName,
          image: 'local',
          essential: true,
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': `/ecs/${family}`,
              'awslogs-region': context.region,
              'awslogs-stream-prefix': 'ecs',
            },
          },
        },
      ],
    },
  };
};
