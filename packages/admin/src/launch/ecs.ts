import { hash } from 'node:crypto';
import type { Aws } from '@twelvefold/aws';
import { ecs, logs } from '@twelvefold/aws';
import type { Input } from '@twelvefold/aws/internal';
import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { messageOf } from '@twelvefold/core/internal';
import type { Launcher } from './launcher.ts';
import { explainStop, neverStarted } from './stop-reasons.ts';

/** Where tasks run: in the network of a service, or in named subnets. */
export interface EcsPlace {
  /** Name or ARN of the cluster. */
  readonly cluster: string;
  /** The service whose network and capacity a task has. Not used where there are `subnets`. */
  readonly service?: string;
  /**
   * The task definition of a task; `{task}` stands for its name, e.g. `orders-prod-{task}`. The
   * newest revision runs.
   * @defaultValue the service's
   */
  readonly taskDefinition?: string;
  /** Subnets of tasks on Fargate; they need `taskDefinition`. @defaultValue the service's */
  readonly subnets?: readonly string[];
  /** Security groups of tasks in `subnets`. @defaultValue the VPC's default group */
  readonly securityGroups?: readonly string[];
  /** @defaultValue 'app' */
  readonly container?: string;
  /** The command of a leg; the run's id follows. @defaultValue `node admin.js leg` */
  readonly command?: readonly string[];
}

export interface EcsLauncherOptions {
  readonly aws: Aws;
  readonly place: EcsPlace;
}

/**
 * `startedBy` begins so: by it the supervisor finds the run of a task, whose tags StopTask
 * deletes.
 */
const STARTED_BY = 'twelvefold/';
/** ECS takes 64 characters for a client token and for `startedBy` 128. */
const MAX_STARTED_BY = 128;

const DEFAULT_COMMAND = ['node', 'admin.js', 'leg'];

/**
 * Starts legs by RunTask: of a task definition for each task, or of a service's with another
 * command.
 *
 * @example
 * ```ts
 * const launcher = ecsLauncher({
 *   aws,
 *   place: { cluster: 'orders-prod', service: 'orders-prod-service' },
 * });
 * const taskArn = await launcher.launch(run, 'token');
 * ```
 */
export function ecsLauncher({ aws, place }: EcsLauncherOptions): Launcher {
  const { cluster, container = 'app', command = DEFAULT_COMMAND } = place;
  return {
    async launch({ id, task }, token, { signal } = {}) {
      const failed = (reason: string, cause?: unknown) =>
        new TwelvefoldError('RUN_NOT_STARTED', `Cannot start run ${id} on ECS: ${reason}`, { cause });
      try {
        const taskDefinition = place.taskDefinition?.replaceAll('{task}', task);
        const where =
          placeNetwork(place, taskDefinition) ?? (await likeService({ aws, place }, taskDefinition, failed, signal));
        const input: Input<'ecs', 'RunTask'> = {
          ...where,
          cluster,
          count: 1,
          clientToken: hash('sha256', `${id}\n${token}`, 'hex'),
          startedBy: `${STARTED_BY}${id}`.slice(0, MAX_STARTED_BY),
          group: `task:${task}`,
          overrides: { containerOverrides: [{ name: container, command: [...command, id] }] },
        };
        // Repeatable: the client token makes a repeated call one task.
        const { tasks = [], failures = [] } = await aws.call(ecs, 'RunTask', input, {
          access: 'write',
          repeatable: true,
          signal,
        });
        const [started] = tasks;
        if (started?.taskArn) return started.taskArn;
        const [{ reason = 'no reason', detail } = {}] = failures;
        throw failed(
          explainStop({ stopCode: 'TaskFailedToStart', stoppedReason: detail ? `${reason}: ${detail}` : reason }),
        );
      } catch (error) {
        if (TwelvefoldError.isInstance(error, 'RUN_NOT_STARTED')) throw error;
        throw failed(
          `${messageOf(error)}; check that the caller may 'ecs:RunTask' and 'iam:PassRole' for the roles of the task definition`,
          error,
        );
      }
    },
  };
}

type Where = Pick<
  Input<'ecs', 'RunTask'>,
  'taskDefinition' | 'networkConfiguration' | 'capacityProviderStrategy' | 'launchType' | 'platformVersion'
>;

/** A task on Fargate in subnets that the place names. */
function placeNetwork({ subnets, securityGroups }: EcsPlace, taskDefinition: string | undefined): Where | undefined {
  if (subnets === undefined || taskDefinition === undefined) return undefined;
  const awsvpcConfiguration = {
    subnets: [...subnets],
    ...(securityGroups && { securityGroups: [...securityGroups] }),
    assignPublicIp: 'DISABLED' as const,
  };
  return { taskDefinition, launchType: 'FARGATE', networkConfiguration: { awsvpcConfiguration } };
}

/** The service of a place, and the task definition: the service's where none is named. */
async function findService(
  { aws, place: { cluster, service } }: EcsLauncherOptions,
  named: string | undefined,
  failed: (reason: string) => Error,
  signal?: AbortSignal,
) {
  if (service === undefined) throw failed('the place names neither a service nor a task definition with subnets');
  const found = await aws.call(ecs, 'DescribeServices', { cluster, services: [service] }, { access: 'read', signal });
  const [model] = found.services ?? [];
  const taskDefinition = named ?? model?.taskDefinition;
  if (!model || taskDefinition === undefined) {
    throw failed(`the service ${service} is not in the cluster ${cluster}; deploy it, or check the stage`);
  }
  return { ...model, taskDefinition };
}

/** Network and capacity of a service, and its task definition where the place has none. */
async function likeService(...lookup: Parameters<typeof findService>): Promise<Where> {
  const found = await findService(...lookup);
  const { taskDefinition, networkConfiguration, capacityProviderStrategy = [], launchType, platformVersion } = found;
  return {
    taskDefinition,
    ...(networkConfiguration && { networkConfiguration }),
    // One of the two: RunTask refuses both.
    ...(capacityProviderStrategy.length > 0 ? { capacityProviderStrategy } : launchType && { launchType }),
    ...(platformVersion !== undefined && { platformVersion }),
  };
}

/**
 * The task definition that a task runs in a place.
 *
 * @throws TwelvefoldError `RUN_NOT_STARTED` where the place names none and has no service
 */
export async function taskDefinitionOf(task: string, options: EcsLauncherOptions): Promise<string> {
  const named = options.place.taskDefinition?.replaceAll('{task}', task);
  if (named !== undefined) return named;
  const failed = (reason: string) =>
    new TwelvefoldError('RUN_NOT_STARTED', `Cannot find the task definition of task '${task}': ${reason}`);
  return (await findService(options, named, failed)).taskDefinition;
}

/** The run of a task, from its `startedBy`. */
export function runOfTask(startedBy: string | undefined): string | undefined {
  return startedBy?.startsWith(STARTED_BY) ? startedBy.slice(STARTED_BY.length) : undefined;
}

/** How a task ended. */
export interface TaskEnd {
  /** The container's; `undefined` when it never ran. */
  readonly exitCode: number | undefined;
  /** In plain words, when it never ran. */
  readonly explanation: string | undefined;
}

export interface WatchOptions {
  readonly aws: Aws;
  readonly place: EcsPlace;
  readonly taskArn: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Receives each line of the container's log. */
  onLine?(line: string): void;
  /** Called after each look at the task. */
  onLook?(lastStatus: string): void | Promise<void>;
}

const LOOK_EVERY_MS = 2_000;

/** Follows a task and its log until it has stopped. */
export async function watchTask(options: WatchOptions): Promise<TaskEnd> {
  const { aws, place, taskArn, clock, signal, onLook } = options;
  const { cluster, container = 'app' } = place;
  const log = createLogTail(options);
  for (;;) {
    const { tasks = [] } = await aws.call(
      ecs,
      'DescribeTasks',
      { cluster, tasks: [taskArn] },
      { access: 'read', signal },
    );
    const [task] = tasks;
    if (!task) {
      // ECS shows a stopped task for an hour at least.
      return { exitCode: undefined, explanation: `the task ${taskArn} is not known any more; its run has the outcome` };
    }
    await log.read(task.taskDefinitionArn);
    await onLook?.(task.lastStatus ?? 'UNKNOWN');
    if (task.lastStatus === 'STOPPED') {
      const { exitCode } = task.containers?.find(({ name }) => name === container) ?? {};
      return { exitCode, explanation: neverStarted(task) ? explainStop(task) : undefined };
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Reads what is new in the log of a task: group and prefix are those of its definition. */
function createLogTail({ aws, place, taskArn, signal, onLine }: WatchOptions) {
  const { container = 'app' } = place;
  let where: { logGroupName: string; logStreamName: string } | undefined;
  let nextToken: string | undefined;
  const find = async (taskDefinition: string) => {
    const found = await aws.call(ecs, 'DescribeTaskDefinition', { taskDefinition }, { access: 'read', signal });
    const { containerDefinitions = [] } = found.taskDefinition ?? {};
    const options = containerDefinitions.find(({ name }) => name === container)?.logConfiguration?.options;
    const group = options?.['awslogs-group'];
    const prefix = options?.['awslogs-stream-prefix'];
    if (group === undefined || prefix === undefined) return undefined;
    return { logGroupName: group, logStreamName: `${prefix}/${container}/${taskArn.split('/').at(-1)}` };
  };
  return {
    async read(taskDefinition: string | undefined): Promise<void> {
      if (onLine === undefined || taskDefinition === undefined) return;
      where ??= await find(taskDefinition);
      if (!where) return;
      for (;;) {
        const input = { ...where, startFromHead: true, ...(nextToken !== undefined && { nextToken }) };
        const page = await aws
          .call(logs, 'GetLogEvents', input, { access: 'read', signal })
          // The stream comes with the first line: it may not exist yet, or ever.
          .catch((error: unknown) => {
            if ((error as { awsCode?: string }).awsCode === 'ResourceNotFoundException') return undefined;
            throw error;
          });
        for (const { message = '' } of page?.events ?? []) onLine(message);
        // The same token again: there is nothing more at the moment.
        if (!page?.nextForwardToken || page.nextForwardToken === nextToken) return;
        nextToken = page.nextForwardToken;
      }
    },
  };
}

/** Stops a task: SIGTERM, and SIGKILL when the container's stop timeout is over. */
export async function stopTask(
  { aws, place, taskArn }: Pick<WatchOptions, 'aws' | 'place' | 'taskArn'>,
  reason: string,
): Promise<void> {
  await aws.call(
    ecs,
    'StopTask',
    { cluster: place.cluster, task: taskArn, reason },
    { access: 'write', repeatable: true },
  );
}
