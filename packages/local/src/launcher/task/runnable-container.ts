import type { RunnableContainer } from '../../core/container-registry.ts';
import type { ProcessExit } from '../process/start-process.ts';
import type { LaunchTaskOptions } from './launch-task.ts';

export interface RunnableContainerOptions
  extends Omit<LaunchTaskOptions, 'region' | 'serviceName' | 'port' | 'taskArn'> {
  readonly family: string;
  /** The cluster of the service. @defaultValue 'default' */
  readonly cluster?: string | undefined;
  /** The service that has this task definition. @defaultValue none */
  readonly service?: string | undefined;
  /** The role that the task's calls are made with. @defaultValue none: as `env` says */
  readonly taskRoleArn?: string | undefined;
  /** The role that ECS writes the task's logs with. @defaultValue none */
  readonly executionRoleArn?: string | undefined;
}

/**
 * Exit codes of a process that a signal ended: 128 and the signal's number, as container runtimes
 * have it.
 */
const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

function exitCode({ code, signal }: ProcessExit): number {
  return code ?? SIGNALS[signal ?? ''] ?? 255;
}

/**
 * A task definition of one container, which RunTask of the endpoint starts as a process.
 *
 * @example
 * ```ts
 * const remove = aws.containers.register(
 *   runnableContainer({ family: 'orders', command: ['node', 'ecs.js'], cwd: 'dist', env: {} }),
 * );
 * ```
 */
export function runnableContainer(given: RunnableContainerOptions): RunnableContainer {
  const { cluster, service, taskRoleArn, executionRoleArn, ...options } = given;
  return {
    family: options.family,
    containerName: options.containerName ?? 'app',
    cluster,
    service,
    taskRoleArn,
    executionRoleArn,
    start: async ({ taskArn, region, account, command, env, onLine }) => {
      const { launchTask } = await import('./launch-task.ts');
      const [file, ...args] = command ?? options.command;
      const task = await launchTask({
        ...options,
        command: [file ?? options.command[0], ...args],
        env: { ...options.env, ...env },
        region,
        accountId: account,
        taskArn,
        serviceName: null,
        onOutput: (line) => {
          onLine(line.line);
          options.onOutput?.(line);
        },
      });
      return { exited: task.exited.then(exitCode), stop: task.stop };
    },
  };
}
