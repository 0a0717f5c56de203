import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { pascalCase } from '@twelvefold/core/internal';
import { Duration, Fn, Token } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Alias, CfnFunction, FunctionProps, IFunction } from 'aws-cdk-lib/aws-lambda';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Manifest, ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { networksOf } from '../data/add-resources.ts';
import { keyStatements } from '../data/data-key.ts';
import { addRole } from '../policy/add-role.ts';
import type { Statement } from '../policy/policy-document.ts';
import { configStatements, grantStatements, logStatement } from '../policy/statements.ts';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed } from '../template/named.ts';
import type { CodeParameters } from '../template/parameters.ts';
import { componentEnvironment } from './component-environment.ts';
import { addEventSource } from './event-source.ts';
import { functionTimeout } from './function-timeout.ts';
import { addHttpFront } from './http-front.ts';
import { addAlias, addShift } from './live-alias.ts';
import { addLogGroup } from './log-group.ts';
import type { LambdaPlacement } from './placement.ts';

const DEFAULT_MEMORY = 512;

/** The inputs of every function of an app. */
export interface FunctionContext {
  readonly manifest: Manifest;
  readonly attached: ReadonlyMap<string, Attached>;
  /** By config key. */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  /**
   * Parameters that name a bucket, with the folder of the zips that will be there if the template
   * is made with them; or a folder whose content becomes assets.
   */
  readonly code: (CodeParameters & { readonly zips?: string }) | { readonly directory: string };
  readonly logRetention: RetentionDays;
  /** Of everything that keeps data, where it is not AWS's. */
  readonly dataKey?: IKey | undefined;
}

/** The function of a component, with what is around it. */
export interface ComponentFunction {
  readonly function: LambdaFunction;
  /** The alias `live`, with provisioned concurrency or a gradual shift. */
  readonly alias?: Alias;
  /** Fires when invocations fail while traffic moves to a new version. */
  readonly shiftAlarm?: Alarm;
  /** Fires when an HTTP component answers 5xx while traffic moves. */
  readonly shiftRequestsAlarm?: Alarm;
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

/** Adds the function of a component with its role, its log group, its trigger and its alias. */
export function addFunction(
  scope: Construct,
  component: ManifestComponent,
  placement: LambdaPlacement,
  context: FunctionContext,
): ComponentFunction {
  const { trigger, name } = component;
  const made = addCode(scope, component, context, {
    memorySize: placement.memorySize ?? DEFAULT_MEMORY,
    timeout: Duration.seconds(functionTimeout(component, placement)),
    ...placement.functionProps,
    environment: { ...componentEnvironment([component], context.attached), ...placement.functionProps?.environment },
  });
  const { provisionedConcurrency, shift } = placement;
  const alias = provisionedConcurrency || shift ? addAlias(scope, name, made, provisionedConcurrency) : undefined;
  // CDK's declarations need these casts under exactOptionalPropertyTypes.
  const invoked = (alias ?? made) as IFunction;
  if (trigger.kind === 'http') {
    addHttpFront(scope, component, { name: functionName(context.manifest, name), placement, target: invoked });
  }
  const queue = trigger.kind === 'queue' ? context.attached.get(trigger.resource) : undefined;
  if (queue)
    addEventSource(scope, component, placement, {
      queueArn: Token.asString(queue.arns[0]),
      functionArn: invoked.functionArn,
    });
  const shifted = alias && shift ? addShift(scope, context.manifest.app, component, alias, shift) : undefined;
  return { function: made, ...(alias && { alias }), ...shifted };
}

const functionName = ({ app }: Manifest, component: string) => `${app}-{stage}-${component}`;

/** The part of a component that its function is made from. */
type Coded = Pick<ManifestComponent, 'name' | 'entry' | 'export' | 'grants' | 'uses' | 'config'>;

/**
 * Adds a function with its role and its log group: without a trigger.
 *
 * @param statements permissions beside those of `uses` and of the config
 */
export function addCode(
  scope: Construct,
  component: Coded,
  { manifest, attached, secrets, code, logRetention, dataKey }: FunctionContext,
  props: Pick<FunctionProps, 'memorySize' | 'timeout' | 'environment'>,
  statements: readonly Statement[] = [],
): LambdaFunction {
  const { name, entry } = component;
  const id = `${pascalCase(name)}Function`;
  const networks = networksOf([component], attached);
  const logs = addLogGroup(scope, `${id}Logs`, `/aws/lambda/${functionName(manifest, name)}`, logRetention);
  const role = addRole(scope, `${id}Role`, {
    description: `What ${manifest.app}'s component ${name} uses`,
    service: 'lambda.amazonaws.com',
    statements: [
      ...grantStatements([component], attached),
      ...configStatements([component], manifest.config, secrets),
      ...keyStatements([component], dataKey),
      ...statements,
      logStatement(logs),
      ...(networks.length > 0 ? [INTERFACES] : []),
    ],
  });
  const { name: file } = posix.parse(entry);
  const sha256 = 'zips' in code && code.zips !== undefined ? zipHash(name, join(code.zips, zipOf(entry))) : undefined;
  const made = new LambdaFunction(scope, id, {
    functionName: atStage(functionName(manifest, name)),
    description: `${manifest.app}: the component ${name}`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: `${file}.${component.export}`,
    code: codeOf(scope, id, entry, code),
    // Immutable: what a role may do comes from `uses` and nothing else.
    role: Role.fromRoleArn(scope, `${id}RoleByArn`, role.attrArn, { mutable: false }),
    logGroup: logs,
    ...(networks[0] && { vpc: networks[0].vpc }),
    // Lambda publishes a version of this zip only: not of one that another build has uploaded.
    ...(sha256 !== undefined && { currentVersionOptions: { codeSha256: sha256 } }),
    ...props,
  });
  // The key of the zip is the same in every build. The version's logical id follows its content.
  if (sha256 !== undefined) made.invalidateVersionBasedOn(sha256);
  for (const { connections, port } of networks) connections.allowFrom(made, port, name);
  const resource = defaultNamed<CfnFunction>(made, id);
  resource.addMetadata('twelvefold:entry', entry);
  resource.addMetadata('twelvefold:component', name);
  return made;
}

/** A function's code: an object of the bucket that the parameters name, or an asset. */
function codeOf(scope: Construct, id: string, entry: string, code: FunctionContext['code']): Code {
  if ('directory' in code) {
    const { dir, name } = posix.parse(entry);
    return Code.fromAsset(join(code.directory, dir, name));
  }
  const bucket = Bucket.fromBucketName(scope, `${id}Code`, code.bucket.valueAsString);
  return Code.fromBucketV2(bucket, Fn.sub(`\${${code.prefix.logicalId}}/${zipOf(entry)}`));
}

/** Where the zip of an entry is, in its folder as below its prefix: `lambda/orders.zip`. */
function zipOf(entry: string): string {
  const { dir, name } = posix.parse(entry);
  return `${posix.join(dir, name)}.zip`;
}

/** The hash of a zip as Lambda gives it (API reference, FunctionConfiguration, `CodeSha256`). */
function zipHash(component: string, file: string): string {
  let zip: Buffer;
  try {
    zip = readFileSync(file);
  } catch (cause) {
    throw new Error(`Cannot read the code of '${component}', ${file}: write it by bundleFunctions({ zip: true })`, {
      cause,
    });
  }
  return createHash('sha256').update(zip).digest('base64');
}
