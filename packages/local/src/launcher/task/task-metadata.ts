import { createHash } from 'node:crypto';

/** What a task is, as far as its metadata tells. */
export interface TaskIdentity {
  readonly taskArn: string;
  readonly cluster: string;
  readonly family: string;
  readonly revision: string;
  readonly containerName: string;
  readonly region: string;
  readonly accountId: string;
  readonly startedAt: string;
  readonly serviceName: string | undefined;
}

/**
 * The answers of the task metadata endpoint, version 4, for a Fargate task of one container, by path behind
 * ECS_CONTAINER_METADATA_URI_V4 (docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html).
 * The stop timeout is not among them on AWS either.
 */
export function taskMetadata(task: TaskIdentity): Readonly<Record<'' | '/task' | '/stats' | '/task/stats', unknown>> {
  const containerId = createHash('sha256').update(task.taskArn).digest('hex').slice(0, 32);
  const taskId = task.taskArn.split('/').at(-1);
  const container = {
    DockerId: containerId,
    Name: task.containerName,
    DockerName: task.containerName,
    Image: 'local',
    ImageID: `sha256:${createHash('sha256').update(task.family).digest('hex')}`,
    Labels: {
      'com.amazonaws.ecs.cluster': task.cluster,
      'com.amazonaws.ecs.container-name': task.containerName,
      'com.amazonaws.ecs.task-arn': task.taskArn,
      'com.amazonaws.ecs.task-definition-family': task.family,
      'com.amazonaws.ecs.task-definition-version': task.revision,
    },
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 2 },
    CreatedAt: task.startedAt,
    StartedAt: task.startedAt,
    Type: 'NORMAL',
    LogDriver: 'awslogs',
    LogOptions: {
      'awslogs-group': `/ecs/${task.family}`,
      'awslogs-region': task.region,
      'awslogs-stream': `ecs/${task.containerName}/${taskId}`,
    },
    ContainerARN: `arn:aws:ecs:${task.region}:${task.accountId}:container/${task.cluster}/${taskId}/${containerId}`,
    Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['127.0.0.1'] }],
    Snapshotter: 'overlayfs',
  };
  const stats = { read: task.startedAt, id: containerId, name: task.containerName, num_procs: 0 };
  return {
    '': container,
    '/task': {
      Cluster: `arn:aws:ecs:${task.region}:${task.accountId}:cluster/${task.cluster}`,
      TaskARN: task.taskArn,
      Family: task.family,
      Revision: task.revision,
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      Limits: { CPU: 0.25, Memory: 512 },
      PullStartedAt: task.startedAt,
      PullStoppedAt: task.startedAt,
      AvailabilityZone: `${task.region}a`,
      LaunchType: 'FARGATE',
      ...(task.serviceName === undefined ? {} : { ServiceName: task.serviceName }),
      Containers: [container],
    },
    '/stats': stats,
    '/task/stats': { [containerId]: stats },
  };
}
