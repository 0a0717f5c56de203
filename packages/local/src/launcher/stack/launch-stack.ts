import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { assertKnownOptions, messageOf } from '@twelvefold/core/internal';
import type { AwsClient } from '../../client/aws-client.ts';
import { createAwsClient } from '../../client/aws-client.ts';
import type { Credentials } from '../../client/sign-request.ts';
import { functionsOf } from '../../core/function-registry.ts';
import type { ProvisionedStack } from '../../provision/stack.ts';
import type { LaunchedFunction, ManagedInstances } from '../function/launch-function.ts';
import { invokable, launchFunction } from '../function/launch-function.ts';
import type { HttpFront } from '../http/launch-http-front.ts';
import { launchHttpFront } from '../http/launch-http-front.ts';
import { errorReporter } from '../mapping/error-reporter.ts';
import { launchEventSourceMapping } from '../mapping/launch-event-source-mapping.ts';
import { launchStreamMapping } from '../mapping/launch-stream-mapping.ts';
import type { OutputLine } from '../process/start-process.ts';
import type { LaunchedTask } from '../task/launch-task.ts';
import { launchTask } from '../task/launch-task.ts';
import type { LogDelivery } from './log-delivery.ts';
import { createLogDelivery } from './log-delivery.ts';
import type { HttpPlan } from './read-front.ts';
import type { MappingPlan, StackPlan } from './read-stack.ts';
import { readStack } from './read-stack.ts';
import type { RoleCredentials, ServiceSource } from './role-credentials.ts';
import { credentialVariables, roleCredentials } from './role-credentials.ts';

export interface LaunchStackOptions {
  /**
   * Where the entries are: each function's `twelvefold:entry` is relative to it, and the task runs
   * in it. A folder that `bundleFunctions` wrote does as well.
   */
  readonly bundleDirectory: string;
  /** URL of the AWS endpoint: AWS_ENDPOINT_URL of every process. */
  readonly endpoint: string;
  readonly region: string;
  /**
   * For the mappings and, in their environment, for every process. Where the endpoint enforces
   * permissions, functions, tasks and mappings have those of their roles instead.
   */
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
  /** Runs every function as on Lambda managed instances; see `launchFunction`. */
  readonly managed?: ManagedInstances | undefined;
  /** See `launchFunction`. */
  readonly now?: (() => number) | undefined;
  /** The Node.js executable. @defaultValue process.execPath */
  readonly execPath?: string | undefined;
  /** See `launchFunction`. */
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

/** The public function of this name, which `on-first-call.ts` documents and loads. */
export async function launchStack(stack: ProvisionedStack, options: LaunchStackOptions): Promise<LaunchedStack> {
  assertKnownOptions('use launchStack', options, OPTIONS);
  const plan = readStack(stack);
  const sources: Stop[] = [];
  const functions: StartedFunction[] = [];
  const logs: LogDelivery[] = [];
  const stop = async () => {
    await settleAll(sources.splice(0).map((stopSource) => stopSource()));
    await settleAll(functions.splice(0).map(({ fn }) => fn.stop()));
    await settleAll(logs.splice(0).map((delivery) => delivery.stop()));
  };
  const launch: Launch = { plan, options, roles: await roleCredentials(options), sources, logs };
  try {
    const byComponent = options.functions === false ? {} : await launchFunctions(launch, functions);
    const http = await launchSources(launch, functions);
    const task = options.task === false ? undefined : await launchTaskOf(launch);
    return { functions: byComponent, http, task, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A function with the credentials of its role. */
interface StartedFunction {
  readonly fn: LaunchedFunction;
  readonly credentials: Credentials;
}

/** Shared by the parts of a launch. */
interface Launch {
  readonly plan: StackPlan;
  readonly options: LaunchStackOptions;
  readonly roles: RoleCredentials;
  readonly sources: Stop[];
  readonly logs: LogDelivery[];
}

const clientWith = ({ endpoint, region }: LaunchStackOptions, credentials: Credentials): AwsClient =>
  createAwsClient({ endpoint, region, credentials });

/**
 * Writes the lines of a process to its log group, as Lambda and ECS do. Another endpoint than a
 * local AWS may have no logs, or ones that cost.
 */
function deliverLogs({ roles, options, logs }: Launch, credentials: Credentials, group: string, stream: string) {
  if (!roles.local) return undefined;
  const delivery = createLogDelivery({
    client: clientWith(options, credentials),
    group,
    stream,
    onError: errorReporter(options.onError),
  });
  logs.push(delivery);
  return delivery;
}

async function launchFunctions(launch: Launch, started: StartedFunction[]): Promise<Record<string, LaunchedFunction>> {
  const { plan, options, roles, sources } = launch;
  const byComponent: Record<string, LaunchedFunction> = {};
  for (const { component, reservedConcurrency, entry, env, roleArn, logGroup, ...rest } of plan.functions) {
    const arn = `arn:aws:lambda:${options.region}:${plan.accountId}:function:${rest.name}`;
    const source = { by: 'lambda.amazonaws.com', arn };
    const credentials = (await assumed(launch, roleArn, source, rest.name)) ?? options.credentials;
    if (roles.enforced && roleArn === undefined) throw new Error(`Cannot launch ${rest.name}: it has no role`);
    const date = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    const logs = deliverLogs(launch, credentials, logGroup ?? `/aws/lambda/${rest.name}`, `${date}/[$LATEST]`);
    const fn = await launchFunction({
      ...rest,
      entry: bundleOf(options.bundleDirectory, entry),
      env: { ...env, ...awsVariables(options, credentials), ...options.env },
      region: options.region,
      accountId: plan.accountId,
      maxConcurrency: reservedConcurrency ?? options.maxConcurrency,
      execPath: options.execPath,
      runtimeCommand: options.runtimeCommand,
      managed: options.managed,
      now: options.now,
      onOutput: outputTo(options, logs, component),
    });
    byComponent[component] = fn;
    const unregister = functionsOf(options.endpoint)?.register(fn.arn, invokable(fn));
    if (unregister !== undefined) sources.push(async () => unregister());
    started.push({ fn, credentials });
  }
  return byComponent;
}

/** `lambda/orders.js`, or `lambda/orders/orders.js` where each function has a separate folder. */
function bundleOf(directory: string, entry: string): string {
  const { dir, name, base } = posix.parse(entry);
  const separate = join(directory, dir, name, base);
  return existsSync(separate) ? separate : join(directory, entry);
}

/** Gives each line to `onOutput` and to the log group. */
function outputTo({ onOutput }: LaunchStackOptions, logs: LogDelivery | undefined, source?: string) {
  if (onOutput === undefined && logs === undefined) return undefined;
  return (line: OutputLine) => {
    logs?.add(line.line);
    onOutput?.(source === undefined ? line : { ...line, source });
  };
}

/** Event source mappings and the HTTP API; none without functions. */
async function launchSources(launch: Launch, functions: readonly StartedFunction[]): Promise<HttpFront | undefined> {
  const { plan, options, sources } = launch;
  const { endpoint, region, onError } = options;
  const named = (name: string) => functions.find(({ fn }) => fn.name === name);
  for (const mapping of plan.mappings) {
    const found = named(mapping.functionName);
    if (!found) continue;
    const { fn, credentials } = found;
    const { stop } = launchEventSourceMapping({ ...(await mappingOptions(mapping, launch, credentials)), fn });
    sources.push(stop);
  }
  for (const { functionName, ...mapping } of plan.streamMappings) {
    const found = named(functionName);
    if (found) sources.push(launchStreamMapping({ ...mapping, endpoint, region, onError, ...found }).stop);
  }
  const found = plan.http && named(plan.http.functionName);
  if (!plan.http || !found) return undefined;
  const { functionName: _, isUrl, ...api } = plan.http;
  if (!isUrl) await checkGateway(launch, api, found.fn);
  const front = await launchHttpFront({ fn: found.fn, port: options.httpPort, accountId: plan.accountId, ...api });
  sources.push(front.stop);
  return front;
}

/** Where permissions are enforced the function's policy must let API Gateway invoke it. */
async function checkGateway(
  { plan, options, roles }: Launch,
  { apiId, stage }: Pick<HttpPlan, 'apiId' | 'stage'>,
  { name }: LaunchedFunction,
) {
  if (!roles.enforced) return;
  // An HTTP API has one route for everything, a REST API a method for each path.
  const route = stage === undefined ? '$default/$default' : `${stage}/GET/any`;
  const arn = `arn:aws:execute-api:${options.region}:${plan.accountId}:${apiId}/${route}`;
  const client = roles.clientOf({ by: 'apigateway.amazonaws.com', arn });
  try {
    await client.rest('lambda', 'Invoke', 'POST', `/2015-03-31/functions/${name}/invocations`, undefined, {
      'x-amz-invocation-type': 'DryRun',
    });
  } catch (cause) {
    const reason = messageOf(cause);
    throw new Error(`Cannot launch the HTTP API ${apiId}: ${reason}`, { cause });
  }
}

async function mappingOptions(
  { functionName, ...mapping }: MappingPlan,
  { options, roles }: Launch,
  credentials: Credentials,
) {
  const { endpoint, region, onError } = options;
  // Lambda has the queue by its ARN: this look-up is ours.
  const name = mapping.queueArn.split(':').at(-1);
  const { QueueUrl } = await clientWith(options, options.credentials).json('sqs', 'GetQueueUrl', { QueueName: name });
  const queueUrl = String(QueueUrl);
  if (roles.enforced) {
    // Lambda looks at the queue with the function's role, before it polls.
    try {
      await clientWith(options, credentials).json('sqs', 'GetQueueAttributes', {
        QueueUrl: queueUrl,
        AttributeNames: ['VisibilityTimeout'],
      });
    } catch (cause) {
      const reason = messageOf(cause);
      throw new Error(`Cannot launch the event source mapping of ${functionName}: ${reason}`, { cause });
    }
  }
  return { ...mapping, queueUrl, endpoint, region, credentials, onError };
}

async function launchTaskOf(launch: Launch): Promise<LaunchedTask | undefined> {
  const { plan, options, sources } = launch;
  if (!plan.task) return undefined;
  const { env, port, taskRoleArn, executionRoleArn, logs, ...rest } = plan.task;
  const session = randomBytes(16).toString('hex');
  const arn = `arn:aws:ecs:${options.region}:${plan.accountId}:task/local/${session}`;
  const source = { by: 'ecs-tasks.amazonaws.com', arn };
  const writer = await assumed(launch, executionRoleArn, source, session);
  const delivery = logs && writer && deliverLogs(launch, writer, logs.group, `${logs.prefix}/${rest.containerName}/`);
  const task = await launchTask({
    ...rest,
    cwd: options.bundleDirectory,
    env: { ...env, ...awsVariables(options, await assumed(launch, taskRoleArn, source, session)), ...options.env },
    port: options.taskPort ?? port,
    region: options.region,
    accountId: plan.accountId,
    execPath: options.execPath,
    onOutput: outputTo(options, delivery),
  });
  sources.push(task.stop);
  return task;
}

/** Undefined where permissions are enforced and there is no role: then there are no credentials. */
async function assumed(
  { roles, options }: Launch,
  roleArn: string | undefined,
  source: ServiceSource,
  session: string,
): Promise<Credentials | undefined> {
  if (!roles.enforced) return options.credentials;
  return roleArn === undefined ? undefined : roles.assume(roleArn, source, session);
}

const awsVariables = (
  { endpoint }: LaunchStackOptions,
  credentials: Credentials | undefined,
): Record<string, string> => ({
  ...(endpoint === 'aws' ? {} : { AWS_ENDPOINT_URL: endpoint }),
  ...(credentials === undefined ? {} : credentialVariables(credentials)),
});

/** Waits for all, whatever one of them does, then throws what went wrong. */
async function settleAll(promises: ReadonlyArray<Promise<unknown>>): Promise<void> {
  const errors = (await Promise.allSettled(promises)).flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  if (errors.length > 0) throw new AggregateError(errors, 'Cannot stop the stack cleanly');
}
