import type { AwsClient } from '../../client/aws-client.ts';
import { attributesOf, optionalFlag, optionalText, tagsOf, textList } from '../properties.ts';
import type { MakeResource } from '../resource-type.ts';
import { differing, sameJson, whenMissing } from '../resource-type.ts';

const ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'VisibilityTimeout',
];

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** The attributes of the queue at `url`. */
async function queueAttributes(client: AwsClient, url: string): Promise<Record<string, unknown>> {
  const { Attributes } = await client.json('sqs', 'GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] });
  return { ...(Attributes as Record<string, unknown> | undefined) }; // absent where a queue has none
}

/** `AWS::SQS::Queue`. Encryption is left out: keys are not made here. */
export const makeQueue: MakeResource = async ({ properties, client, defaultName }) => {
  const isFifo = optionalFlag(properties, 'FifoQueue') ?? false;
  const name = optionalText(properties, 'QueueName') ?? `${defaultName}${isFifo ? '.fifo' : ''}`;
  const wanted = attributesOf(properties, ATTRIBUTES);
  const existing = await whenMissing(
    client.json('sqs', 'GetQueueUrl', { QueueName: name }),
    'QueueDoesNotExist',
    'AWS.SimpleQueueService.NonExistentQueue',
  );
  const created =
    existing ??
    (await client.json('sqs', 'CreateQueue', {
      QueueName: name,
      Attributes: isFifo ? { ...wanted, FifoQueue: 'true' } : wanted,
      tags: tagsOf(properties),
    }));
  const url = text(created.QueueUrl);
  const current = await queueAttributes(client, url);
  const change = existing === undefined ? {} : differing(wanted, current);
  const hasChanged = Object.keys(change).length > 0;
  if (hasChanged) await client.json('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: change });
  return {
    physicalId: url,
    attributes: { Arn: text(current.QueueArn), QueueName: name, QueueUrl: url },
    outcome: existing === undefined ? 'created' : hasChanged ? 'updated' : 'unchanged',
  };
};

/** `AWS::SQS::QueuePolicy`: the one policy of each of its queues. */
export const makeQueuePolicy: MakeResource = async ({ properties, client, defaultName }) => {
  const { PolicyDocument: policy = '' } = attributesOf(properties, ['PolicyDocument']);
  let outcome: 'updated' | 'unchanged' = 'unchanged';
  for (const url of textList(properties, 'Queues')) {
    const { Policy } = await queueAttributes(client, url);
    if (typeof Policy === 'string' && sameJson(Policy, policy)) continue;
    await client.json('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { Policy: policy } });
    outcome = 'updated';
  }
  return { physicalId: defaultName, attributes: { Id: defaultName }, outcome };
};
