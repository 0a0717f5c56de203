/** The state of a task's scale-in protection. */
export interface TaskProtection {
  /** Answers GET and PUT of `$ECS_AGENT_URI/task-protection/v1/state`. */
  answer(method: string, body: string): { readonly status: number; readonly body: unknown };
  /** Whether the task is protected now. */
  active(): boolean;
}

const DEFAULT_MINUTES = 120;
const MAX_MINUTES = 2_880;

/**
 * The scale-in protection of one task. Failures come with HTTP 200 and a `failure`, malformed requests with 400; only a
 * task of a service can be protected (docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html).
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

/** What is wanted, or what is wrong with it. */
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
