import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { assertKnownOptions } from '@twelvefold/core/internal';
import { createAwsClient } from '../../client/aws-client.ts';
import type { Credentials } from '../../client/sign-request.ts';
import { functionsOf } from '../../core/function-registry.ts';
import type { ProvisionedStack } from '../../provision/stack.ts';
import { invokable } from '../function/invokable.ts';
import type { LaunchedFunction, ManagedInstances } from '../function/launch-function.ts';
import { launchFunction } from '../function/launch-function.ts';
import type { HttpFront } from '../http/launch-http-front.ts';
import { launchHttpFront } from '../http/launch-http-front.ts';
import { launchEventSourceMapping } from '../mapping/launch-event-source-mapping.ts';
import { launchStreamMapping } from '../mapping/launch-stream-mapping.ts';
import type { OutputLine } from '../process/start-process.ts';
import type { LaunchedTask } from '../task/launch-task.ts';
import { launchTask } from '../task/launch-task.ts';
import type { MappingPlan, StackPlan } from './read-stack.ts';
import { readStack } from './read-stack.ts';

export interface LaunchStackOptions {
  /**
   * Where the entries are: each function's `twelvefold:entry` is relative to it, and the task runs
   * in it. A folder that `bundleFunctions` wrote does as well.
   */
  readonly bundleDirectory: string;
  /** URL of the AWS endpoint: AWS_ENDPOINT_URL of every process. */
  readonly endpoint: string;
  readonly region: string;
  /** For the mappings and, in their environment, for every process. */
  readonly credentials: Credentials;
  /** Added to the environment of every process, over what the template says. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether to start functions with their event sources and HTTP API. @defaultValue true */
  readonly functions?: boolean | undefined;
  /** Whether to start the task. @defaultValue true */
  readonly task?: boolean | undefined;
  /** Port of the HTTP API. @defaultValue 0, a free port */
  readonly httpPort?: number | undefined;
  /** PORT of the task; 0 picks a free one. @defaultValue the container's port */
  readonly taskPort?: number | undefined;
  /** Execution environments per function, unless it has a reserved concurrency. @defaultValue 10 */
  readonly maxConcurrency?: number | undefined;
  /** Runs every function as on Lambda managed instances; see {@link launchFunction}. */
  readonly managed?: ManagedInstances | undefined;
  /** See {@link launchFunction}. */
  readonly now?: (() => number) | undefined;
  /** The Node.js executable. @defaultValue process.execPath */
  readonly execPath?: string | undefined;
  /** See {@link launchFunction}. */
  readonly runtimeCommand?: readonly string[] | undefined;
  /**
   * Gets each line that a process writes; its source is the function's component or the container's
   * name.
   */
  readonly onOutput?: ((line: OutputLine) => void) | undefined;
  /**
   * Gets what goes wrong with the event sources; they go on.
   *
   * @defaultValue a line on standard error
   */
  readonly onError?: ((error: Error) => void) | undefined;
}

export interface LaunchedStack {
  /** By component. */
  readonly functions: Readonly<Record<string, LaunchedFunction>>;
  readonly http: HttpFront | undefined;
  readonly task: LaunchedTask | undefined;
  /** Takes no more requests and messages, lets those in flight end, and ends every process. */
  stop(): Promise<void>;
}

const OPTIONS: ReadonlyArray<keyof LaunchStackOptions> = [
  'bundleDirectory',
  'endpoint',
  'region',
  'credentials',
  'env',
  'functions',
  'task',
  'httpPort',
  'taskPort',
  'maxConcurrency',
  'managed',
  'now',
  'execPath',
  'runtimeCommand',
  'onOutput',
  'onError',
];

type Stop = () => Promise<unknown>;

/**
 * Starts what a provisioned template runs: its functions behind event source mappings and HTTP API,
 * and its ECS task. Each process has the environment that AWS would give it, plus credentials and
 * endpoint. When the endpoint is a local AWS of this process, its topics, secrets and Lambda's
 * Invoke reach the functions by their ARNs.
 *
 * @throws {Error} naming the resource that cannot be started; nothing stays behind then
 * @example
 * ```ts
 * const stack = await provision(template, { endpoint: aws.url, region, credentials, parameters: {
 * Stage: 'dev' } }); const launched = await launchStack(stack, { bundleDirectory: 'dist', endpoint:
 * aws.url, region, credentials, task: false }); await fetch(`${launched.http?.url}/orders/17`);
 * await launched.stop();
 * ```
 */
export async function launchStack(stack: ProvisionedStack, options: LaunchStackOptions): Promise<LaunchedStack> {
  assertKnownOptions('use launchStack', options, OPTIONS);
  const plan = readStack(stack);
  const sources: Stop[] = [];
  const functions: LaunchedFunction[] = [];
  const stop = async () => {
    await settleAll(sources.splice(0).map((stopSource) => stopSource()));
    await settleAll(functions.splice(0).map((fn) => fn.stop()));
  };
  try {
    const byComponent = options.functions === false ? {} : await launchFunctions(plan, options, functions, sources);
    const http = await launchSources(plan, options, functions, sources);
    const task = options.task === false ? undefined : await launchTaskOf(plan, options, sources);
    return { functions: byComponent, http, task, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function launchFunctions(
  plan: StackPlan,
  options: LaunchStackOptions,
  started: LaunchedFunction[],
  sources: Stop[],
): Promise<Record<string, LaunchedFunction>> {
  const byComponent: Record<string, LaunchedFunction> = {};
  for (const { component, reservedConcurrency, entry, env, ...rest } of plan.functions) {
    const fn = await launchFunction({
      ...rest,
      entry: bundleOf(options.bundleDirectory, entry),
      env: { ...env, ...awsVariables(options), ...options.env },
      region: options.region,
      accountId: plan.accountId,
      maxConcurrency: reservedConcurrency ?? options.maxConcurrency,
      execPath: options.execPath,
      runtimeCommand: options.runtimeCommand,
      managed: options.managed,
      now: options.now,
      onOutput: options.onOutput && ((line) => options.onOutput?.({ ...line, source: component })),
    });
    byComponent[component] = fn;
    const unregister = functionsOf(options.endpoint)?.register(fn.arn, invokable(fn));
    if (unregister !== undefined) sources.push(async () => unregister());
    started.push(fn);
  }
  return byComponent;
}

/** `lambda/orders.js`, or `lambda/orders/orders.js` where each function has a separate folder. */
function bundleOf(directory: string, entry: string): string {
  const { dir, name, base } = posix.parse(entry);
  const separate = join(directory, dir, name, base);
  return existsSync(separate) ? separate : join(directory, entry);
}

/** Event source mappings and the HTTP API; none without functions. */
async function launchSources(
  plan: StackPlan,
  options: LaunchStackOptions,
  functions: readonly LaunchedFunction[],
  started: Stop[],
): Promise<HttpFront | undefined> {
  const named = (name: string) => functions.find((fn) => fn.name === name);
  for (const mapping of plan.mappings) {
    const fn = named(mapping.functionName);
    if (!fn) continue;
    const { stop } = launchEventSourceMapping({ ...(await mappingOptions(mapping, options)), fn });
    started.push(stop);
  }
  for (const { functionName, ...mapping } of plan.streamMappings) {
    const fn = named(functionName);
    if (!fn) continue;
    const { endpoint, region, credentials, onError } = options;
    started.push(launchStreamMapping({ ...mapping, endpoint, region, credentials, onError, fn }).stop);
  }
  const fn = plan.http && named(plan.http.functionName);
  if (!plan.http || !fn) return undefined;
  const { functionName: _, ...api } = plan.http;
  const front = await launchHttpFront({ fn, port: options.httpPort, accountId: plan.accountId, ...api });
  started.push(front.stop);
  return front;
}

async function mappingOptions({ functionName: _, ...mapping }: MappingPlan, options: LaunchStackOptions) {
  const { endpoint, region, credentials, onError } = options;
  const client = createAwsClient({ endpoint, region, credentials });
  const name = mapping.queueArn.split(':').at(-1);
  const { QueueUrl } = await client.json('sqs', 'GetQueueUrl', { QueueName: name });
  return { ...mapping, queueUrl: String(QueueUrl), endpoint, region, credentials, onError };
}

async function launchTaskOf(
  plan: StackPlan,
  options: LaunchStackOptions,
  started: Stop[],
): Promise<LaunchedTask | undefined> {
  if (!plan.task) return undefined;
  const { env, port, ...rest } = plan.task;
  const task = await launchTask({
    ...rest,
    cwd: options.bundleDirectory,
    env: { ...env, ...awsVariables(options), ...options.env },
    port: options.taskPort ?? port,
    region: options.region,
    accountId: plan.accountId,
    execPath: options.execPath,
    onOutput: options.onOutput,
  });
  started.push(task.stop);
  return task;
}

function awsVariables({ endpoint, credentials }: LaunchStackOptions): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return {
    ...(endpoint === 'aws' ? {} : { AWS_ENDPOINT_URL: endpoint }),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  };
}

/** Waits for all, whatever one of them does, then throws what went wrong. */
async function settleAll(promises: ReadonlyArray<Promise<unknown>>): Promise<void> {
  const errors = (await Promise.allSettled(promises)).flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  if (errors.length > 0) throw new AggregateError(errors, 'Cannot stop the stack cleanly');
}
