/** The end of a task, as DescribeTasks and the task-stopped event have it. */
export interface StoppedTask {
  readonly stopCode?: string | undefined;
  readonly stoppedReason?: string | undefined;
  readonly containers?: ReadonlyArray<{
    readonly name?: string | undefined;
    readonly exitCode?: number | undefined;
    readonly reason?: string | undefined;
  }>;
}

interface Explanation {
  /** In the reasons of the task and its containers. */
  readonly pattern: RegExp;
  readonly meaning: string;
  readonly cure: string;
}

/**
 * Reasons of ECS and what to do (AWS documentation: stopped task error messages). The first that
 * fits counts.
 */
const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /CannotPullContainerError.*(not found|manifest unknown|does not exist)/is,
    meaning: 'the image does not exist',
    cure: 'push the image, or deploy a task definition with an image that exists',
  },
  {
    pattern: /CannotPullContainerError.*(403|denied|unauthorized|no basic auth)/is,
    meaning: 'the image may not be pulled',
    cure: "give the execution role 'ecr:GetAuthorizationToken', 'ecr:BatchGetImage' and 'ecr:GetDownloadUrlForLayer'",
  },
  {
    pattern: /CannotPullContainerError|pull image/i,
    meaning: 'the image cannot be pulled',
    cure: 'give the subnets a way to ECR: a NAT gateway, or endpoints for ecr.api, ecr.dkr and S3',
  },
  {
    pattern: /ResourceInitializationError.*(secret|ssm|parameter)/is,
    meaning: 'a secret or parameter of the task definition cannot be read',
    cure: 'check its name, and that the execution role may read and decrypt it',
  },
  {
    pattern: /ResourceInitializationError.*(log|awslogs)/is,
    meaning: 'the log group cannot be reached',
    cure: "create the log group, or give the execution role 'logs:CreateLogStream' and 'logs:PutLogEvents'",
  },
  {
    pattern: /ResourceInitializationError/i,
    meaning: 'the task could not be prepared',
    cure: 'check the routes of its subnets to AWS, its volumes and its security groups',
  },
  {
    pattern: /OutOfMemory|OOM/i,
    meaning: 'the container used more memory than it has',
    cure: 'raise the memory of the task definition, or lower the segments of the task',
  },
  {
    pattern: /CannotStartContainerError|ContainerRuntimeError|exec format error|no such file or directory/i,
    meaning: 'the command of the container cannot be started',
    cure: 'check that the image has the command, and that it is built for the architecture of the task',
  },
  {
    pattern: /CannotCreateVolumeError|EFS/i,
    meaning: 'a volume cannot be attached',
    cure: 'check the file system and its mount targets in the subnets of the task',
  },
  {
    pattern: /Timeout waiting for network interface|network interface/i,
    meaning: 'the network interface could not be made',
    cure: 'check that the subnets have free addresses, and the limit of network interfaces',
  },
  {
    pattern: /Capacity is unavailable|RESOURCE:(CPU|MEMORY|ENI|PORTS)|insufficient/i,
    meaning: 'there is no capacity for the task at the moment',
    cure: 'try again later, add a subnet of another zone, or use another capacity provider',
  },
  {
    pattern: /Spot (Task|instance)|SpotInterruption/i,
    meaning: 'AWS took the Spot capacity back',
    cure: 'nothing: the supervisor starts the next leg',
  },
];

const BY_CODE: Readonly<Record<string, Omit<Explanation, 'pattern'>>> = {
  UserInitiated: { meaning: 'a person stopped the task', cure: 'resume the run when it should go on' },
  SpotInterruption: {
    meaning: 'AWS took the Spot capacity back',
    cure: 'nothing: the supervisor starts the next leg',
  },
  TerminationNotice: { meaning: 'AWS retires the host', cure: 'nothing: the supervisor starts the next leg' },
  ServiceSchedulerInitiated: { meaning: 'the service stopped the task', cure: 'run tasks apart from the service' },
  TaskFailedToStart: { meaning: 'the task never started', cure: 'read the reason above' },
};

/**
 * Why a task stopped, in plain words with the cure: `the image does not exist (TaskFailedToStart:
 * CannotPullContainerError: ...); push the image, ...`.
 */
export function explainStop(task: StoppedTask): string {
  const { stopCode = 'no stop code', stoppedReason = 'no reason' } = task;
  const reasons = [stoppedReason, ...(task.containers ?? []).flatMap(({ reason }) => reason ?? [])];
  const said = `${stopCode}: ${[...new Set(reasons)].join('; ')}`;
  const found = EXPLANATIONS.find(({ pattern }) => reasons.some((reason) => pattern.test(reason)));
  const { meaning, cure } = found ?? BY_CODE[stopCode] ?? { meaning: 'the task stopped', cure: 'read its log' };
  return `${meaning} (${said}); ${cure}`;
}

/** Whether no container of the task ever ran: its exit code is missing then, which is not 0. */
export function neverStarted({ stopCode, containers = [] }: StoppedTask): boolean {
  return stopCode === 'TaskFailedToStart' || containers.every(({ exitCode }) => exitCode === undefined);
}
