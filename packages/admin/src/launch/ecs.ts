import { hash } from 'node:crypto';
import type { Aws, Input } from '@twelvefold/aws';
import type { Clock } from '@twelvefold/core';
import { TwelvefoldError } from '@twelvefold/core';
import { messageOf } from '@twelvefold/core/internal';
import type { Launcher } from './launcher.ts';
import { explainStop, neverStarted } from './stop-reasons.ts';

/** Where tasks run: as the service does, with another command. */
export interface EcsPlace {
  /** Name or ARN of the cluster. */
  readonly cluster: string;
  /** The service whose task definition, network and capacity the task has. */
  readonly service: string;
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
 * Starts legs by RunTask, with the task definition, network and capacity of a service.
 *
 * @example
 * ```ts
 * const launcher = ecsLauncher({ aws, place: { cluster: 'orders-prod', service:
 * 'orders-prod-service' } });
 * const taskArn = await launcher.launch(run, 'token');
 * ```
 */
export function ecsLauncher({ aws, place }: EcsLauncherOptions): Launcher {
  const { cluster, service, container = 'app', command = DEFAULT_COMMAND } = place;
  return {
    async launch({ id, task }, token, { signal } = {}) {
      const failed = (reason: string, cause?: unknown) =>
        new TwelvefoldError('RUN_NOT_STARTED', `Cannot start run ${id} on ECS: ${reason}`, { cause });
      try {
        const found = await aws.call(
          'ecs',
          'DescribeServices',
          { cluster, services: [service] },
          { access: 'read', signal },
        );
        const [model] = found.services ?? [];
        if (!model?.taskDefinition) {
          throw failed(`the service ${service} is not in the cluster ${cluster}; deploy it, or check the stage`);
        }
        const {
          taskDefinition,
          networkConfiguration,
          capacityProviderStrategy = [],
          launchType,
          platformVersion,
        } = model;
        const input: Input<'ecs', 'RunTask'> = {
          cluster,
          taskDefinition,
          count: 1,
          clientToken: hash('sha256', `${id}\n${token}`, 'hex'),
          startedBy: `${STARTED_BY}${id}`.slice(0, MAX_STARTED_BY),
          group: `task:${task}`,
          overrides: { containerOverrides: [{ name: container, command: [...command, id] }] },
          ...(networkConfiguration && { networkConfiguration }),
          // One of the two: RunTask refuses both.
          ...(capacityProviderStrategy.length > 0 ? { capacityProviderStrategy } : launchType && { launchType }),
          ...(platformVersion !== undefined && { platformVersion }),
        };
        // Repeatable: the client token makes a repeated call one task.
        const { tasks = [], failures = [] } = await aws.call('ecs', 'RunTask', input, {
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
          `${messageOf(error)}; check that the caller may 'ecs:RunTask' and 'iam:PassRole' for the service's roles`,
          error,
        );
      }
    },
  };
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
      'ecs',
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
    const found = await aws.call('ecs', 'DescribeTaskDefinition', { taskDefinition }, { access: 'read', signal });
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
          .call('logs', 'GetLogEvents', input, { access: 'read', signal })
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
    'ecs',
    'StopTask',
    { cluster: place.cluster, task: taskArn, reason },
    { access: 'write', repeatable: true },
  );
}
