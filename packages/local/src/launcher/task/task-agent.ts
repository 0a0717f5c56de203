import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../core/server.ts';
import { listen, sendJson } from '../http/listen.ts';

/** The parts of a task that its metadata shows. */
interface TaskIdentity {
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
 * The answers of the task metadata endpoint, version 4, for a Fargate task of one container, by
 * path behind ECS_CONTAINER_METADATA_URI_V4. Source: "Task metadata examples for tasks on Fargate",
 * Amazon ECS Developer Guide.
 * The stop timeout is not among them on AWS either.
 */
function taskMetadata(task: TaskIdentity): Readonly<Record<'' | '/task' | '/stats' | '/task/stats', unknown>> {
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

/** The state of a task's scale-in protection. */
interface TaskProtection {
  /** Answers GET and PUT of `$ECS_AGENT_URI/task-protection/v1/state`. */
  answer(method: string, body: string): { readonly status: number; readonly body: unknown };
  /** Whether the task is protected now. */
  active(): boolean;
}

const DEFAULT_MINUTES = 120;
const MAX_MINUTES = 2_880;

/**
 * The scale-in protection of one task. Failures come with HTTP 200 and a `failure`, malformed
 * requests with 400; only a task of a service can be protected
 * (docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html).
 */
export function createTaskProtection(options: {
  readonly taskArn: string;
  readonly serviceName: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): TaskProtection {
  const { taskArn, now } = options;
  let expiresAtMs = 0;
  const active = () => expiresAtMs > now();
  const state = () => ({
    status: 200,
    body: {
      protection: {
        ExpirationDate: active() ? new Date(expiresAtMs).toISOString() : null,
        ProtectionEnabled: active(),
        TaskArn: taskArn,
      },
    },
  });
  const failure = (Reason: string, Detail: string) => ({
    status: 200,
    body: { failure: { Arn: taskArn, Detail, Reason } },
  });
  const invalid = (Message: string) => ({
    status: 400,
    body: { error: { Arn: taskArn, Code: 'InvalidParameterException', Message } },
  });
  return {
    active,
    answer: (method, body) => {
      if (method !== 'GET' && method !== 'PUT') return invalid(`Method ${method} is not allowed`);
      const wanted = method === 'PUT' ? parse(body) : undefined;
      if (typeof wanted === 'string') return invalid(wanted);
      if (options.serviceName === undefined) return failure('TASK_NOT_VALID', 'The task is not part of a service');
      if (wanted) expiresAtMs = wanted.enabled ? now() + wanted.minutes * 60_000 : 0;
      return state();
    },
  };
}

/** The settings that were asked for, or the fault in them. */
function parse(text: string): { readonly enabled: boolean; readonly minutes: number } | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'Failed to decode request: the body is not JSON';
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return 'Failed to decode request: not an object';
  const { ProtectionEnabled: enabled, ExpiresInMinutes: minutes, ...unknown } = body as Record<string, unknown>; // an object
  const [field] = Object.keys(unknown);
  if (field !== undefined) return `Failed to decode request: unknown field "${field}"`;
  if (typeof enabled !== 'boolean') return 'Invalid request: does not contain "ProtectionEnabled" field';
  if (minutes === undefined || minutes === null) return { enabled, minutes: DEFAULT_MINUTES };
  if (typeof minutes !== 'number' || !Number.isInteger(minutes) || minutes < 1 || minutes > MAX_MINUTES) {
    return `Invalid request: ExpiresInMinutes must be a whole number from 1 to ${MAX_MINUTES}`;
  }
  return { enabled, minutes };
}

interface Agent {
  /** The variables by which a container finds its agent. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** The endpoints that the ECS agent offers to one task: metadata and scale-in protection. */
export async function startAgent(identity: TaskIdentity, protection: TaskProtection): Promise<Agent> {
  const id = identity.taskArn.split('/').at(-1);
  const metadata: Readonly<Record<string, unknown>> = taskMetadata(identity);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace(/\?.*$/, '').replace(/\/$/, '');
    const body = await readBody(request, 64 * 1024);
    if (path === `/api/${id}/task-protection/v1/state`) {
      const answer = protection.answer(request.method ?? 'GET', body?.toString('utf8') ?? '');
      return sendJson(response, answer.status, answer.body);
    }
    const suffix = path.startsWith(`/v4/${id}`) ? path.slice(`/v4/${id}`.length) : undefined;
    if (request.method === 'GET' && suffix !== undefined && suffix in metadata) {
      return sendJson(response, 200, metadata[suffix]);
    }
    sendJson(response, 404, `The ECS agent of this task has nothing at ${request.method} ${path}`);
  }

  const { port, close } = await listen((request, response) => {
    handle(request, response).catch(() => response.destroy()); // the task hung up
  });
  return {
    env: {
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/${id}`,
      ECS_AGENT_URI: `http://127.0.0.1:${port}/api/${id}`,
    },
    close,
  };
}
