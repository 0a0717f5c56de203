import { Fn } from 'aws-cdk-lib';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { ManifestQueue } from 'twelvefold/manifest';
import { atStage } from '../template/at-stage.ts';
import { named } from '../template/named.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Attached } from './attached.ts';

const logicalId = (key: string) => `${pascalCase(key)}Queue`;

/** Adds a queue. Its dead-letter queue is one of its own, which may come later in the manifest. */
export function addQueue(scope: Construct, queue: ManifestQueue): Attached {
  const { deadLetter, binding } = queue;
  const resource = named(
    new CfnQueue(scope, logicalId(queue.key), {
      queueName: atStage(queue.physicalName),
      visibilityTimeout: queue.visibilitySeconds,
      messageRetentionPeriod: queue.retentionSeconds,
      sqsManagedSseEnabled: true,
      // Per group, both: 9,000 messages a second and more where the defaults give 3,000 to the whole queue.
      ...(queue.fifo && {
        fifoQueue: true,
        deduplicationScope: 'messageGroup',
        fifoThroughputLimit: 'perMessageGroupId',
      }),
      ...(deadLetter && {
        redrivePolicy: {
          deadLetterTargetArn: Fn.getAtt(logicalId(deadLetter.resource), 'Arn'),
          maxReceiveCount: deadLetter.maxReceives,
        },
      }),
    }),
  );
  const values = { url: resource.ref, arn: resource.attrArn, name: resource.attrQueueName };
  return { declared: queue, resource, arn: resource.attrArn, value: values[binding.value] };
}
