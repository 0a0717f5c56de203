import type { ProvisionedResource, ProvisionedStack } from '../../provision/stack.ts';
import type { HttpPlan } from './read-front.ts';
import { readFront } from './read-front.ts';

/** The processes of a stack, in the launcher's terms. */
export interface StackPlan {
  readonly accountId: string;
  readonly functions: readonly FunctionPlan[];
  readonly mappings: readonly MappingPlan[];
  readonly streamMappings: readonly StreamMappingPlan[];
  /** The function behind the API or the function URL. */
  readonly http: HttpPlan | undefined;
  readonly task: TaskPlan | undefined;
}

interface FunctionPlan {
  /** The ARN of the role; undefined where only AWS knows it. */
  readonly roleArn: string | undefined;
  /** @defaultValue `/aws/lambda/NAME` */
  readonly logGroup: string | undefined;
  /** `twelvefold:component`, or else the logical id. */
  readonly component: string;
  readonly name: string;
  /** `twelvefold:entry`: relative to the bundle folder. */
  readonly entry: string;
  readonly handler: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly reservedConcurrency: number | undefined;
}

export interface MappingPlan {
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly reportBatchItemFailures: boolean;
  readonly maxConcurrency: number | undefined;
}

export interface StreamMappingPlan {
  readonly functionName: string;
  readonly streamArn: string;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly reportBatchItemFailures: boolean;
  readonly bisectOnError: boolean;
  readonly maxRetries: number;
}

interface TaskPlan {
  readonly family: string;
  readonly containerName: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly port: number | undefined;
  readonly stopTimeoutMs: number;
  readonly taskRoleArn: string | undefined;
  readonly executionRoleArn: string | undefined;
  /** Of the driver `awslogs`; undefined with another. */
  readonly logs: { readonly group: string; readonly prefix: string } | undefined;
}

type Properties = Readonly<Record<string, unknown>>;

/**
 * Reads functions, event source mappings, HTTP API and task definition of a provisioned template,
 * with the defaults that CloudFormation has. Functions without `twelvefold:entry`, e.g. of custom
 * resources, are left out.
 *
 * @throws {Error} naming the resource, for what cannot be run without AWS
 */
export function readStack(stack: ProvisionedStack): StackPlan {
  const ofType = (type: string) => stack.resources.filter((resource) => resource.type === type);
  const functions = ofType('AWS::Lambda::Function').flatMap(readFunction);
  const named = (resource: ProvisionedResource, reference: unknown): string => {
    const target = String(reference);
    const found = functions.find(({ name }) => target === name || functionNameIn(target) === name);
    if (found) return found.name;
    throw new Error(
      `Cannot launch ${resource.logicalId}: ${target} is not a function of the stack with twelvefold:entry`,
    );
  };
  const enabled = ofType('AWS::Lambda::EventSourceMapping').filter(
    ({ properties }) => properties.Enabled !== false && properties.Enabled !== 'false',
  );
  const [task, ...moreTasks] = ofType('AWS::ECS::TaskDefinition');
  for (const extra of moreTasks) {
    throw new Error(`Cannot launch ${extra.logicalId}: the stack has another ${extra.type}, and one can be started`);
  }
  return {
    accountId: String(stack.resolve({ Ref: 'AWS::AccountId' })),
    functions,
    mappings: enabled
      .filter((resource) => !isStream(resource))
      .map((resource) => readMapping(resource, named(resource, resource.properties.FunctionName))),
    streamMappings: enabled
      .filter(isStream)
      .map((resource) => readStreamMapping(resource, named(resource, resource.properties.FunctionName))),
    http: readFront(ofType, named),
    task: task && readTask(task),
  };
}

function readFunction({ logicalId, physicalId, properties, metadata }: ProvisionedResource): FunctionPlan[] {
  const entry = metadata['twelvefold:entry'];
  if (entry === undefined) return [];
  const variables = properties.Environment as { Variables?: Properties } | undefined; // CloudFormation's model
  return [
    {
      roleArn: optionalArn(properties.Role),
      logGroup: optionalText((properties.LoggingConfig as Properties | undefined)?.LogGroup),
      component: String(metadata['twelvefold:component'] ?? logicalId),
      name: String(properties.FunctionName ?? physicalId),
      entry: String(entry),
      handler:
        String(properties.Handler ?? 'index.handler')
          .split('.')
          .at(-1) ?? 'handler',
      env: texts(logicalId, variables?.Variables ?? {}),
      timeoutMs: Number(properties.Timeout ?? 3) * 1_000,
      memoryMb: Number(properties.MemorySize ?? 128),
      reservedConcurrency: optionalNumber(properties.ReservedConcurrentExecutions),
    },
  ];
}

function readMapping({ logicalId, properties }: ProvisionedResource, functionName: string): MappingPlan {
  const queueArn = String(properties.EventSourceArn);
  if (!/^arn:[^:]+:sqs:/.test(queueArn)) {
    throw new Error(`Cannot launch ${logicalId}: its source ${queueArn} is neither a queue nor a table's stream`);
  }
  const responses = properties.FunctionResponseTypes as readonly unknown[] | undefined; // CloudFormation's model
  const scaling = properties.ScalingConfig as Properties | undefined;
  return {
    functionName,
    queueArn,
    batchSize: Number(properties.BatchSize ?? 10),
    batchingWindowMs: Number(properties.MaximumBatchingWindowInSeconds ?? 0) * 1_000,
    reportBatchItemFailures: responses?.includes('ReportBatchItemFailures') ?? false,
    maxConcurrency: optionalNumber(scaling?.MaximumConcurrency),
  };
}

/** `arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-23T00:51:34.394` */
function isStream({ properties }: ProvisionedResource): boolean {
  return /^arn:[^:]+:dynamodb:[^/]+:table\/[^/]+\/stream\//.test(String(properties.EventSourceArn));
}

function readStreamMapping({ logicalId, properties }: ProvisionedResource, functionName: string): StreamMappingPlan {
  const { StartingPosition: startingPosition } = properties;
  if (startingPosition !== 'TRIM_HORIZON' && startingPosition !== 'LATEST') {
    throw new Error(`Cannot launch ${logicalId}: the StartingPosition of a stream must be TRIM_HORIZON or LATEST`);
  }
  const responses = properties.FunctionResponseTypes as readonly unknown[] | undefined; // CloudFormation's model
  return {
    functionName,
    streamArn: String(properties.EventSourceArn),
    startingPosition,
    batchSize: Number(properties.BatchSize ?? 100),
    batchingWindowMs: Number(properties.MaximumBatchingWindowInSeconds ?? 0) * 1_000,
    reportBatchItemFailures: responses?.includes('ReportBatchItemFailures') ?? false,
    bisectOnError: String(properties.BisectBatchOnFunctionError) === 'true',
    maxRetries: Number(properties.MaximumRetryAttempts ?? -1),
  };
}

function readTask({ logicalId, properties }: ProvisionedResource): TaskPlan {
  const containers = (properties.ContainerDefinitions ?? []) as readonly Properties[]; // CloudFormation's model
  const [container, ...more] = containers.filter(({ Essential }) => Essential !== false && Essential !== 'false');
  const refuse = (reason: string) => new Error(`Cannot launch ${logicalId}: ${reason}`);
  if (!container || more.length > 0) throw refuse('its task must have exactly one essential container');
  const command = [...((container.EntryPoint ?? []) as unknown[]), ...((container.Command ?? []) as unknown[])].map(
    String,
  );
  const [file, ...args] = command;
  if (file === undefined) throw refuse('its container has no Command, and the one of its image is not known here');
  if (((container.Secrets ?? []) as unknown[]).length > 0) {
    throw refuse('its container has Secrets, which ECS resolves; let the app read them from the stores instead');
  }
  const variables = (container.Environment ?? []) as ReadonlyArray<{ Name: string; Value: unknown }>;
  const [mapping] = (container.PortMappings ?? []) as readonly Properties[];
  return {
    family: String(properties.Family ?? logicalId),
    containerName: String(container.Name ?? 'app'),
    command: [file, ...args],
    env: texts(logicalId, Object.fromEntries(variables.map(({ Name, Value }) => [Name, Value]))),
    port: optionalNumber(mapping?.ContainerPort),
    stopTimeoutMs: Number(container.StopTimeout ?? 30) * 1_000,
    taskRoleArn: optionalArn(properties.TaskRoleArn),
    executionRoleArn: optionalArn(properties.ExecutionRoleArn),
    logs: readLogs(container.LogConfiguration as Properties | undefined),
  };
}

function readLogs(configuration: Properties | undefined): TaskPlan['logs'] {
  const options = configuration?.Options as Properties | undefined; // CloudFormation's model
  const group = optionalText(options?.['awslogs-group']);
  if (configuration?.LogDriver !== 'awslogs' || group === undefined) return undefined;
  return { group, prefix: optionalText(options?.['awslogs-stream-prefix']) ?? 'ecs' };
}

/** A value that only AWS can give is still a function call, hence an object. */
const optionalText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const optionalArn = (value: unknown): string | undefined => {
  const arn = optionalText(value);
  return arn?.startsWith('arn:') ? arn : undefined;
};

/**
 * The name in a function's ARN, also within an API's integration URI or with a version behind it.
 */
function functionNameIn(text: string): string | undefined {
  return /:function:([\w-]+)/.exec(text)?.[1];
}

/** @throws Error for a value that is still a function call: only AWS can give it. */
function texts(logicalId: string, values: Properties): Record<string, string> {
  const unknown = Object.entries(values).filter(([, value]) => typeof value === 'object');
  if (unknown.length > 0) {
    const named = unknown.map(([name, value]) => `${name} (${JSON.stringify(value)})`).join(', ');
    throw new Error(`Cannot launch ${logicalId}: only AWS can give the value of its variables ${named}`);
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function optionalNumber(value: unknown): number | undefined {
  return value === undefined ? undefined : Number(value);
}
