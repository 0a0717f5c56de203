import { randomBytes } from 'node:crypto';
import { basename, dirname, extname } from 'node:path';

/** A new `X-Amzn-Trace-Id`, not sampled. */
export function newTraceId(): string {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=0`;
}

/** The parts of a function that its execution environments need. */
export interface FunctionSpec {
  readonly name: string;
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** The bundle: an ES module, absolute. */
  readonly entry: string;
  /** The name of the export. */
  readonly handler: string;
  /** The function's own variables, with credentials and endpoint. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly initTimeoutMs: number;
  /** Whether the process is stopped between invocations. */
  readonly freeze: boolean;
  readonly memoryMb: number;
  /** The Node.js executable. */
  readonly execPath: string;
  readonly runtimeCommand: readonly string[] | undefined;
  /** Set on managed instances. */
  readonly managed: ManagedSpec | undefined;
  /** The clock that deadlines are counted from. */
  readonly now: () => number;
}

/** How an instance of a managed function shares its work out. */
interface ManagedSpec {
  /** Worker threads. */
  readonly workers: number;
  /** Invocations at a time, over all workers. */
  readonly concurrency: number;
}

/** `orders.handler` for `/app/lambda/orders.js`. */
export function handlerName(spec: Pick<FunctionSpec, 'entry' | 'handler'>): string {
  return `${basename(spec.entry, extname(spec.entry))}.${spec.handler}`;
}

/**
 * Everything that a function finds in its environment and nothing else: its own variables, then
 * those that Lambda sets and reserves
 * (docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). PATH leads to the chosen
 * Node.js.
 */
export function environmentVariables(
  spec: FunctionSpec,
  instance: { readonly runtimeApi: string; readonly logStream: string },
): Record<string, string> {
  const taskRoot = dirname(spec.entry);
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: `${dirname(spec.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    ...spec.env,
    _HANDLER: handlerName(spec),
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: spec.region,
    AWS_DEFAULT_REGION: spec.region,
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: spec.managed ? 'lambda-managed-instances' : 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: instance.logStream,
    AWS_LAMBDA_RUNTIME_API: instance.runtimeApi,
    LAMBDA_TASK_ROOT: taskRoot,
    ...(spec.managed && {
      AWS_LAMBDA_MAX_CONCURRENCY: String(spec.managed.concurrency),
      AWS_LAMBDA_NODEJS_WORKER_COUNT: String(spec.managed.workers),
    }),
  };
}

/** The second argument of a handler. */
export interface InvocationContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  /** Megabytes, as a string, as Lambda has it. */
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly xRayTraceId: string | undefined;
  /** Negative once the time is up. */
  getRemainingTimeInMillis(): number;
}

/**
 * The context of one invocation, from the headers of the Runtime API and the environment that
 * Lambda sets.
 */
export function invocationContext(
  awsRequestId: string,
  headers: NodeJS.Dict<string | string[]>,
  env: NodeJS.Dict<string>,
): InvocationContext {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  const traceId = headers['lambda-runtime-trace-id'];
  return {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME ?? '',
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION ?? '',
    invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn'] ?? ''),
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '',
    awsRequestId,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    xRayTraceId: typeof traceId === 'string' ? traceId : undefined,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}
