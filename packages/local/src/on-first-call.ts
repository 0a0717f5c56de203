/*
 * Public functions whose code is loaded when they are first called: importing the package for its
 * endpoint alone takes half the bytes without it.
 */
import type { LaunchedFunction, LaunchFunctionOptions } from './launcher/function/launch-function.ts';
import type { HttpFront, HttpFrontOptions } from './launcher/http/launch-http-front.ts';
import type { LaunchedStack, LaunchStackOptions } from './launcher/stack/launch-stack.ts';
import type { LaunchedTask, LaunchTaskOptions } from './launcher/task/launch-task.ts';
import type { ProvisionOptions } from './provision/provision.ts';
import type { ProvisionedStack } from './provision/stack.ts';
import type { PostgresOptions, PostgresServer } from './servers/start-postgres.ts';
import type { RedisOptions, RedisServer } from './servers/start-redis.ts';

/**
 * Runs a function as Lambda would: each execution environment is a separate process behind a
 * Runtime API, started on demand, invoked one event at a time, ended by timeouts and crashes.
 *
 * @throws {Error} when the entry does not exist
 * @example
 * ```ts
 * const orders = await launchFunction({
 *   name: 'orders',
 *   entry: 'dist/lambda/orders.js',
 *   region: 'eu-central-1',
 *   env: {},
 * });
 * const { payload, error } = await orders.invoke({ Records: [] });
 * await orders.stop();
 * ```
 */
export async function launchFunction(options: LaunchFunctionOptions): Promise<LaunchedFunction> {
  const module = await import('./launcher/function/launch-function.ts');
  return module.launchFunction(options);
}

/**
 * Puts an HTTP server before a function, as an API Gateway HTTP API with one `$default` route does:
 * requests become events of payload format 2.0, and payloads become responses. With `stage` it is a
 * REST API with one proxy resource, and the format is 1.0.
 *
 * @throws {Error} when the port is taken
 * @example
 * ```ts
 * const front = await launchHttpFront({ fn, port: 8081 });
 * const response = await fetch(`${front.url}/orders/17`);
 * ```
 */
export async function launchHttpFront(options: HttpFrontOptions): Promise<HttpFront> {
  const module = await import('./launcher/http/launch-http-front.ts');
  return module.launchHttpFront(options);
}

/**
 * Starts what a provisioned template runs: its functions behind event source mappings and HTTP API,
 * and its ECS task. Each process has the environment that AWS would give it, plus credentials and
 * endpoint. When the endpoint is a local AWS of this process, its topics, secrets and Lambda's
 * Invoke reach the functions by their ARNs.
 *
 * @throws {Error} naming the resource that cannot be started; nothing stays behind then
 * @example
 * ```ts
 * const stack = await provision(template, {
 *   endpoint: aws.url,
 *   region,
 *   credentials,
 *   parameters: {
 *     Stage: 'dev',
 *   },
 * });
 * const launched = await launchStack(stack, {
 *   bundleDirectory: 'dist',
 *   endpoint: aws.url,
 *   region,
 *   credentials,
 *   task: false,
 * });
 * await fetch(`${launched.http?.url}/orders/17`);
 * await launched.stop();
 * ```
 */
export async function launchStack(stack: ProvisionedStack, options: LaunchStackOptions): Promise<LaunchedStack> {
  const module = await import('./launcher/stack/launch-stack.ts');
  return module.launchStack(stack, options);
}

/**
 * Runs a command as a container of an ECS task on Fargate: its own environment and nothing else, a
 * metadata endpoint, and a stop by SIGTERM and SIGKILL. Unlike in a container the process is not
 * PID 1, so SIGTERM ends it even without a handler.
 *
 * @throws {Error} when the directory does not exist or the command cannot be started
 * @example
 * ```ts
 * const task = await launchTask({
 *   command: ['node', 'ecs.js'],
 *   cwd: 'dist',
 *   region: 'eu-central-1',
 *   env: {},
 *   port: 0,
 * });
 * await task.waitUntilReady('/health/ready');
 * await task.stop();
 * ```
 */
export async function launchTask(options: LaunchTaskOptions): Promise<LaunchedTask> {
  const module = await import('./launcher/task/launch-task.ts');
  return module.launchTask(options);
}

/**
 * Creates the resources of a CloudFormation template by ordinary AWS API calls, on any endpoint:
 * tables, queues, topics, subscriptions, parameters and secrets. What exists is made to match or
 * left; what is not in the template is not touched.
 *
 * A parameter's value that a user pushed, and the value of a secret, stay. Other types are listed
 * with the values that CloudFormation documents for them; a value that only AWS can give is refused
 * where it is used. A resource that cannot be created here is listed with a note, unless a created
 * one uses its values. An output without a known value is left out, with a progress note of type
 * `Output`.
 *
 * @param template - a CloudFormation template, parsed or as text in JSON or YAML
 * @throws TypeError for an unknown option or what is not a template; Error naming the logical id,
 *   its type and AWS's error, or the endpoint that cannot be reached. Resources made before the
 *   error stay: run it again.
 * @example
 * ```ts
 * const stack = await provision(template, {
 *   endpoint: aws.url,
 *   region: 'eu-west-1',
 *   parameters: {
 *     Stage: 'dev',
 *   },
 * });
 * console.log(stack.outputs.OrdersQueueUrl);
 * ```
 */
export async function provision(template: unknown, options: ProvisionOptions): Promise<ProvisionedStack> {
  const module = await import('./provision/provision.ts');
  return module.provision(template, options);
}

/**
 * Starts the PostgreSQL of this machine's packages, for development and tests: in 1 s with a new
 * folder, in 0.2 s with data. Run as root it drops to user 65534, since PostgreSQL refuses root.
 *
 * @throws TypeError for an unknown option; Error when PostgreSQL is not installed or does not
 * start, with its last lines.
 * @example
 * ```ts
 * await using postgres = await startPostgres();
 * console.log(postgres.url); // postgres://postgres:...@localhost:40123/postgres
 * ```
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const module = await import('./servers/start-postgres.ts');
  return module.startPostgres(options);
}

/**
 * Starts the Redis or Valkey of this machine's packages, for development and tests: in 0.1 s.
 *
 * @throws TypeError for an unknown option; Error when neither is installed or it does not start,
 * with its last lines.
 * @example
 * ```ts
 * await using redis = await startRedis();
 * console.log(redis.url); // redis://:...@localhost:40124
 * ```
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const module = await import('./servers/start-redis.ts');
  return module.startRedis(options);
}
