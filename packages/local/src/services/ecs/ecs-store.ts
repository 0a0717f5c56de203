import type { RunningContainer } from '../../core/container-registry.ts';
import { partitionOf } from '../../core/partition.ts';
import type { CallContext } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { storeKey } from '../../core/stores.ts';

/** A task, while it runs and after. */
export interface Task {
  readonly arn: string;
  readonly cluster: string;
  readonly family: string;
  readonly definitionArn: string;
  readonly containerName: string;
  /** The role that its calls are made with. */
  readonly roleArn: string | undefined;
  readonly startedBy: string | undefined;
  readonly group: string | undefined;
  readonly launchType: string;
  readonly overrides: unknown;
  readonly createdMs: number;
  lastStatus: 'PROVISIONING' | 'RUNNING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  startedMs: number | undefined;
  stoppedMs: number | undefined;
  stopCode: string | undefined;
  stoppedReason: string | undefined;
  exitCode: number | undefined;
  containerReason: string | undefined;
}

interface EcsStore {
  readonly tasks: Map<string, Task>;
  /** The input of a client token, and the tasks that it started. */
  readonly tokens: Map<string, { readonly input: string; readonly arns: readonly string[] }>;
}

const STORE = storeKey('ecs', (): EcsStore => ({ tasks: new Map(), tokens: new Map() }), {
  save: (store) => store,
  // Processes do not outlive the endpoint.
  load: (store: EcsStore) => {
    for (const task of store.tasks.values()) {
      if (task.lastStatus !== 'STOPPED')
        Object.assign(task, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED', ...LOST });
    }
    return store;
  },
});

const LOST = { stopCode: 'TerminationNotice', stoppedReason: 'The local endpoint was closed' };

/** The processes of tasks, which no snapshot has. */
export const processes = new WeakMap<Task, RunningContainer>();

/** DescribeTasks shows a stopped task for an hour at least (API reference, DescribeTasks). */
const SHOWN_MS = 3_600_000;

export function ecsStore({ stores, clock }: CallContext): EcsStore {
  const store = stores.get(STORE);
  for (const [arn, { stoppedMs }] of store.tasks) {
    if (stoppedMs !== undefined && clock.now() - stoppedMs > SHOWN_MS) store.tasks.delete(arn);
  }
  return store;
}

export const arnOf = ({ region, account }: CallContext, resource: string) =>
  `arn:${partitionOf(region)}:ecs:${region}:${account}:${resource}`;

/** The name in a cluster's name or ARN. */
export const clusterName = (cluster: string | undefined) => cluster?.split('/').at(-1) ?? 'default';

export const invalid = (message: string) => new ServiceError('InvalidParameterException', message);
export const clientFault = (message: string) => new ServiceError('ClientException', message);

/** A task as answers and events have it. */
export function describeTask(task: Task, context: CallContext): Record<string, unknown> {
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1_000);
  return {
    taskArn: task.arn,
    clusterArn: arnOf(context, `cluster/${task.cluster}`),
    taskDefinitionArn: task.definitionArn,
    containers: [
      {
        containerArn: `${task.arn.replace(':task/', ':container/')}/${task.containerName}`,
        taskArn: task.arn,
        name: task.containerName,
        lastStatus: task.lastStatus === 'PROVISIONING' ? 'PENDING' : task.lastStatus,
        ...(task.exitCode === undefined ? {} : { exitCode: task.exitCode }),
        ...(task.containerReason === undefined ? {} : { reason: task.containerReason }),
      },
    ],
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    launchType: task.launchType,
    overrides: task.overrides,
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    group: task.group ?? `family:${task.family}`,
    createdAt: seconds(task.createdMs),
    startedAt: seconds(task.startedMs),
    stoppedAt: seconds(task.stoppedMs),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
  };
}
