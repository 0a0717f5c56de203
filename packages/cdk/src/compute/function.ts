import { join, posix } from 'node:path';
import { Annotations, Duration, Fn, Token } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import {
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
  TimeBasedCanaryTrafficRouting,
  TimeBasedLinearTrafficRouting,
} from 'aws-cdk-lib/aws-codedeploy';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, IFunction, IVersion } from 'aws-cdk-lib/aws-lambda';
import {
  Alias,
  Architecture,
  CfnEventSourceMapping,
  Code,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Manifest, ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { networksOf } from '../data/add-resources.ts';
import { addRole } from '../policy/add-role.ts';
import type { Statement } from '../policy/policy-document.ts';
import { configStatements, grantStatements, logStatement } from '../policy/statements.ts';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed, named, pascalCase } from '../template/named.ts';
import type { CodeParameters } from '../template/parameters.ts';
import { componentEnvironment } from './component-environment.ts';
import { addHttpFront } from './http-front.ts';
import { addLogGroup } from './log-group.ts';
import type { GradualShift, LambdaPlacement, ProvisionedConcurrency } from './placement.ts';

const DEFAULT_MEMORY = 512;
/** The most messages in one invocation that need no batching window. */
const BATCH_SIZE = 10;
/** Without it one failed message returns its whole batch. */
const PARTIAL = 'ReportBatchItemFailures';
/** The share of provisioned environments that scaling keeps in use. */
const TARGET_UTILIZATION = 0.7;

/** The longest a Lambda function may run. */
export const MAX_TIMEOUT_SECONDS = 900;
/**
 * An HTTP API and a REST API by default give up on their integration after 29 or 30 seconds; one
 * less, so that the function's own answer arrives.
 */
const HTTP_TIMEOUT_SECONDS = 29;
/**
 * Lambda's developer guide recommends a visibility timeout of six times the function's, so that a
 * batch that is throttled or fails can be tried again before another invocation sees its messages.
 */
const VISIBILITY_PER_TIMEOUT = 6;

/** The inputs of every function of an app. */
export interface FunctionContext {
  readonly manifest: Manifest;
  readonly attached: ReadonlyMap<string, Attached>;
  /** By config key. */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  /** Parameters that name a bucket, or a folder whose content becomes assets. */
  readonly code: CodeParameters | { readonly directory: string };
  readonly logRetention: RetentionDays;
}

/** The function of a component, with what is around it. */
export interface ComponentFunction {
  readonly function: LambdaFunction;
  /** The alias `live`, with provisioned concurrency or a gradual shift. */
  readonly alias?: Alias;
  /** Fires when invocations fail while traffic moves to a new version. */
  readonly shiftAlarm?: Alarm;
}

/**
 * A function in a VPC makes and removes its network interfaces with its role (Lambda developer
 * guide,
 * "Required IAM permissions"): they have no name before they exist.
 */
const INTERFACES: Statement = {
  Sid: 'JoinNetwork',
  Effect: 'Allow',
  Action: [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
  ],
  Resource: '*',
};

/**
 * The visibility timeout, in seconds, of the queue that triggers a component; undefined for other
 * triggers.
 */
export function triggerVisibility({ trigger }: ManifestComponent): number | undefined {
  return trigger.kind === 'queue' ? trigger.visibilitySeconds : undefined;
}

/** The function timeout of a component, in seconds. */
export function functionTimeout(component: ManifestComponent, { timeout }: LambdaPlacement): number {
  if (timeout) return timeout.toSeconds({ integral: false });
  if (component.trigger.kind === 'http') return HTTP_TIMEOUT_SECONDS;
  const visibility = triggerVisibility(component) ?? Number.POSITIVE_INFINITY;
  return Math.min(MAX_TIMEOUT_SECONDS, Math.max(1, Math.floor(visibility / VISIBILITY_PER_TIMEOUT)));
}

/** Adds the function of a component with its role, its log group, its trigger and its alias. */
export function addFunction(
  scope: Construct,
  component: ManifestComponent,
  placement: LambdaPlacement,
  { manifest, attached, secrets, code, logRetention }: FunctionContext,
): ComponentFunction {
  const { trigger } = component;
  const id = `${pascalCase(component.name)}Function`;
  const functionName = `${manifest.app}-{stage}-${component.name}`;
  const networks = networksOf([component], attached);
  const logs = addLogGroup(scope, `${id}Logs`, `/aws/lambda/${functionName}`, logRetention);
  const role = addRole(scope, `${id}Role`, {
    description: `What ${manifest.app}'s component ${component.name} uses`,
    service: 'lambda.amazonaws.com',
    statements: [
      ...grantStatements([component], attached),
      ...configStatements([component], manifest.config, secrets),
      logStatement(logs),
      ...(networks.length > 0 ? [INTERFACES] : []),
    ],
  });
  const { name: file } = posix.parse(component.entry);
  const made = new LambdaFunction(scope, id, {
    functionName: atStage(functionName),
    description: `${manifest.app}: the component ${component.name}`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: `${file}.${component.export}`,
    code: codeOf(scope, id, component.entry, code),
    // Immutable: what a role may do comes from `uses` and nothing else.
    role: Role.fromRoleArn(scope, `${id}RoleByArn`, role.attrArn, { mutable: false }),
    memorySize: placement.memorySize ?? DEFAULT_MEMORY,
    timeout: Duration.seconds(functionTimeout(component, placement)),
    logGroup: logs,
    environment: componentEnvironment([component], attached),
    ...(networks[0] && { vpc: networks[0].vpc }),
  });
  for (const { connections, port } of networks) connections.allowFrom(made, port, component.name);
  const resource = defaultNamed<CfnFunction>(made, id);
  resource.addMetadata('twelvefold:entry', component.entry);
  resource.addMetadata('twelvefold:component', component.name);

  const { provisionedConcurrency, shift } = placement;
  const alias =
    provisionedConcurrency || shift ? addAlias(scope, component.name, made, provisionedConcurrency) : undefined;
  // CDK's declarations need these casts under exactOptionalPropertyTypes.
  const invoked = (alias ?? made) as IFunction;
  if (trigger.kind === 'http') addHttpFront(scope, component, { name: functionName, placement, target: invoked });
  const queue = trigger.kind === 'queue' ? attached.get(trigger.resource) : undefined;
  if (queue)
    addEventSource(scope, component, placement, {
      queueArn: Token.asString(queue.arns[0]),
      functionArn: invoked.functionArn,
    });
  const shiftAlarm = alias && shift ? addShift(scope, component.name, alias, shift) : undefined;
  return { function: made, ...(alias && { alias }), ...(shiftAlarm && { shiftAlarm }) };
}

/** A function's code: an object of the bucket that the parameters name, or an asset. */
function codeOf(scope: Construct, id: string, entry: string, code: FunctionContext['code']): Code {
  const { dir, name } = posix.parse(entry);
  if ('directory' in code) return Code.fromAsset(join(code.directory, dir, name));
  const bucket = Bucket.fromBucketName(scope, `${id}Code`, code.bucket.valueAsString);
  return Code.fromBucketV2(bucket, Fn.sub(`\${${code.prefix.logicalId}}/${posix.join(dir, name)}.zip`));
}

function addAlias(
  scope: Construct,
  component: string,
  target: LambdaFunction,
  provisioned: ProvisionedConcurrency | undefined,
): Alias {
  const id = `${pascalCase(component)}Live`;
  const alias = new Alias(scope, id, {
    aliasName: 'live',
    version: target.currentVersion as IVersion,
    ...(provisioned && { provisionedConcurrentExecutions: provisioned.min }),
  });
  defaultNamed(alias, id);
  if (provisioned?.max !== undefined && provisioned.max > provisioned.min) {
    alias
      .addAutoScaling({ minCapacity: provisioned.min, maxCapacity: provisioned.max })
      .scaleOnUtilization({ utilizationTarget: TARGET_UTILIZATION });
  }
  return alias;
}

/** CodeDeploy moves the alias step by step, and back when invocations of the new version fail. */
function addShift(scope: Construct, component: string, alias: Alias, shift: GradualShift): Alarm {
  const id = pascalCase(component);
  const step = { interval: Duration.minutes(shift.minutes), percentage: shift.percent };
  const alarm = new Alarm(scope, `${id}ShiftAlarm`, {
    metric: alias.metricErrors({ period: Duration.minutes(1) }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `An invocation of ${component} failed while its traffic moves to a new version: CodeDeploy moves it back`,
  });
  defaultNamed(alarm, `${id}ShiftAlarm`);
  new LambdaDeploymentGroup(scope, `${id}Deployment`, {
    application: new LambdaApplication(scope, `${id}Application`),
    alias,
    alarms: [alarm as IAlarm],
    deploymentConfig: new LambdaDeploymentConfig(scope, `${id}Shift`, {
      trafficRouting:
        shift.type === 'linear' ? new TimeBasedLinearTrafficRouting(step) : new TimeBasedCanaryTrafficRouting(step),
    }),
    autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
  });
  return alarm;
}

function addEventSource(
  scope: Construct,
  component: ManifestComponent,
  placement: LambdaPlacement,
  { queueArn, functionArn }: { queueArn: string; functionArn: string },
): void {
  const mapping = named(
    new CfnEventSourceMapping(scope, `${pascalCase(component.name)}EventSource`, {
      eventSourceArn: queueArn,
      functionName: functionArn,
      batchSize: BATCH_SIZE,
      functionResponseTypes: [PARTIAL],
      ...(placement.maxConcurrency !== undefined && {
        scalingConfig: { maximumConcurrency: placement.maxConcurrency },
      }),
    }),
  );
  const seconds = functionTimeout(component, placement);
  const visibility = triggerVisibility(component) ?? 0;
  let warned = false;
  // A later change of the mapping fails at synth: Lambda would delete failed messages.
  mapping.node.addValidation({
    validate: () => {
      // Here as well: a batching window may be set after the construct.
      const window = Number(mapping.maximumBatchingWindowInSeconds ?? 0);
      if (!warned && visibility < 6 * seconds + window) {
        warned = true;
        Annotations.of(scope).addWarningV2(
          `twelvefold:visibility:${component.name}`,
          `the queue of '${component.name}' has a visibility timeout of ${visibility} s; six times the function's timeout of ${seconds} s ` +
            `and the batching window (${6 * seconds + window} s) are recommended, so that a throttled batch is not seen twice`,
        );
      }
      return mapping.functionResponseTypes?.includes(PARTIAL)
        ? []
        : [`the event source of '${component.name}' lacks ${PARTIAL}: Lambda would delete messages that failed`];
    },
  });
}
