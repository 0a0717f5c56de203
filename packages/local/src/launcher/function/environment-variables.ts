import { basename, dirname, extname } from 'node:path';

/** What a function is, as far as its execution environments must know. */
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
  /** What deadlines are reckoned from. */
  readonly now: () => number;
}

/** How an instance of a managed function shares its work out. */
export interface ManagedSpec {
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
 * Everything that a function finds in its environment and nothing else: its own variables, then those that Lambda sets and
 * reserves (docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). PATH leads to the chosen Node.js.
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
