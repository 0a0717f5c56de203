/** A container that runs. */
export interface RunningContainer {
  /**
   * Settles when the process is gone, with its exit code: 128 and the signal's number for one
   * that was killed.
   */
  readonly exited: Promise<number>;
  /** SIGTERM, then SIGKILL when the stop timeout is over. */
  stop(): Promise<unknown>;
}

export interface StartContainer {
  readonly taskArn: string;
  readonly region: string;
  readonly account: string;
  /** In place of the image's command. */
  readonly command: readonly string[] | undefined;
  /** Added to the environment of the task definition. */
  readonly env: Readonly<Record<string, string>>;
  onLine(text: string): void;
}

/** A task definition: what RunTask starts. */
export interface RunnableContainer {
  /** The task definition's family. */
  readonly family: string;
  readonly containerName: string;
  /** Of the cluster whose service has this task definition. @defaultValue `default` */
  readonly cluster?: string | undefined;
  /** The service that DescribeServices shows with this task definition. @defaultValue none */
  readonly service?: string | undefined;
  /**
   * The role that the task's calls are made with.
   *
   * @defaultValue none: as the command's environment says
   */
  readonly taskRoleArn?: string | undefined;
  /** The role that ECS writes the task's logs with. @defaultValue none */
  readonly executionRoleArn?: string | undefined;
  /** @throws Error when the command cannot be started */
  start(launch: StartContainer): Promise<RunningContainer>;
}

/** The task definitions that ECS can run, by family. */
export interface ContainerRegistry {
  /**
   * Makes a task definition known, in place of an earlier one of its family; returns what takes
   * it away again.
   */
  register(container: RunnableContainer): () => void;
  find(family: string): RunnableContainer | undefined;
  all(): readonly RunnableContainer[];
}

export function createContainerRegistry(): ContainerRegistry {
  const families = new Map<string, RunnableContainer>();
  return {
    register: (container) => {
      families.set(container.family, container);
      return () => {
        if (families.get(container.family) === container) families.delete(container.family);
      };
    },
    find: (family) => families.get(family),
    all: () => [...families.values()],
  };
}
