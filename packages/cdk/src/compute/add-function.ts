import { posix } from 'node:path';
import { Annotations, Fn, Token } from 'aws-cdk-lib';
import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Manifest, ManifestComponent } from 'twelvefold/manifest';
import type { Attached } from '../data/add-resources.ts';
import { addRole } from '../policy/add-role.ts';
import { configStatements } from '../policy/config-statements.ts';
import { grantStatements } from '../policy/grant-statements.ts';
import { logStatement } from '../policy/log-statement.ts';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import type { CodeParameters } from '../template/parameters.ts';
import { pascalCase } from '../template/pascal-case.ts';
import { addHttpFront } from './add-http-front.ts';
import { addLogGroup } from './add-log-group.ts';
import { componentEnvironment } from './component-environment.ts';
import { functionTimeout, triggerVisibility } from './function-timeout.ts';
import type { LambdaPlacement } from './lambda.ts';

const DEFAULT_MEMORY = 512;
/** The most messages in one invocation that need no batching window. */
const BATCH_SIZE = 10;

/** Without it one failed message returns its whole batch. */
const PARTIAL = 'ReportBatchItemFailures';

/** The inputs of every function of an app. */
export interface FunctionContext {
  readonly manifest: Manifest;
  readonly attached: ReadonlyMap<string, Attached>;
  /** By config key. */
  readonly secrets: ReadonlyMap<string, CfnSecret>;
  readonly code: CodeParameters;
  readonly logRetention: RetentionDays;
}

/** Adds the function of a component with its role, its log group and its trigger. */
export function addFunction(
  scope: Construct,
  component: ManifestComponent,
  placement: LambdaPlacement,
  { manifest, attached, secrets, code, logRetention }: FunctionContext,
): CfnFunction {
  const { trigger } = component;
  const id = `${pascalCase(component.name)}Function`;
  const functionName = `${manifest.app}-{stage}-${component.name}`;
  const { dir, name: file } = posix.parse(component.entry);
  const logs = addLogGroup(scope, `${id}Logs`, `/aws/lambda/${functionName}`, logRetention);
  const role = addRole(scope, `${id}Role`, {
    description: `What ${manifest.app}'s component ${component.name} uses`,
    service: 'lambda.amazonaws.com',
    statements: [
      ...grantStatements([component], attached),
      ...configStatements([component], manifest.config, secrets),
      logStatement(logs),
    ],
  });
  const resource = named(
    new CfnFunction(scope, id, {
      functionName: atStage(functionName),
      description: `${manifest.app}: the component ${component.name}`,
      runtime: 'nodejs24.x',
      architectures: ['arm64'],
      handler: `${file}.${component.export}`,
      code: {
        s3Bucket: code.bucket.valueAsString,
        s3Key: Fn.sub(`\${${code.prefix.logicalId}}/${posix.join(dir, file)}.zip`),
      },
      role: role.attrArn,
      memorySize: placement.memorySize ?? DEFAULT_MEMORY,
      timeout: functionTimeout(component, placement),
      loggingConfig: { logGroup: logs.ref },
      environment: { variables: componentEnvironment([component], attached) },
    }),
  );
  resource.addMetadata('twelvefold:entry', component.entry);
  resource.addMetadata('twelvefold:component', component.name);
  if (trigger.kind === 'http') addHttpFront(scope, component.name, functionName, resource);
  const queue = trigger.kind === 'queue' ? attached.get(trigger.resource) : undefined;
  if (queue) {
    const mapping = named(
      new CfnEventSourceMapping(scope, `${pascalCase(component.name)}EventSource`, {
        eventSourceArn: Token.asString(queue.arns[0]),
        functionName: resource.ref,
        batchSize: BATCH_SIZE,
        functionResponseTypes: [PARTIAL],
      }),
    );
    // A later change of it fails at synth: Lambda would delete failed messages.
    let warned = false;
    mapping.node.addValidation({
      validate: () => {
        // Here as well: a batching window is set after us.
        warnOfVisibility();
        return mapping.functionResponseTypes?.includes(PARTIAL)
          ? []
          : [`the event source of '${component.name}' lacks ${PARTIAL}: Lambda would delete messages that failed`];
      },
    });
    const seconds = functionTimeout(component, placement);
    const visibility = triggerVisibility(component) ?? 0;
    const warnOfVisibility = () => {
      const window = Number(mapping.maximumBatchingWindowInSeconds ?? 0);
      if (warned || visibility >= 6 * seconds + window) return;
      warned = true;
      Annotations.of(scope).addWarningV2(
        `twelvefold:visibility:${component.name}`,
        `the queue of '${component.name}' has a visibility timeout of ${visibility} s; six times the function's timeout of ${seconds} s ` +
          `and the batching window (${6 * seconds + window} s) are recommended, so that a throttled batch is not seen twice`,
      );
    };
  }
  return resource;
}
