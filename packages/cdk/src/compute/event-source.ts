import { pascalCase } from '@twelvefold/core/internal';
import { Annotations } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { ManifestComponent } from 'twelvefold/manifest';
import { named } from '../template/named.ts';
import { functionTimeout, triggerVisibility } from './function-timeout.ts';
import type { LambdaPlacement } from './placement.ts';

/** The most messages in one invocation that need no batching window. */
const BATCH_SIZE = 10;
/** Without it one failed message returns its whole batch. */
const PARTIAL = 'ReportBatchItemFailures';

/** Lets a queue invoke the function of its consumer. */
export function addEventSource(
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
