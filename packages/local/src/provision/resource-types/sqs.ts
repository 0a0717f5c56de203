import type { AwsClient } from '../../client/aws-client.ts';
import { attributesOf, optionalFlag, optionalText, tagsOf, textList } from '../properties.ts';
import type { MakeResource, RemoveResource } from '../resource-type.ts';
import { backToDefaults, differing, refuseExisting, sameJson, updateTags, whenMissing } from '../resource-type.ts';

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

/** Of the attributes that a queue may lose again (API reference of SetQueueAttributes). */
const DEFAULTS: Readonly<Record<string, string>> = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  DelaySeconds: '0',
  FifoThroughputLimit: 'perQueue',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  RedriveAllowPolicy: '',
  RedrivePolicy: '',
  VisibilityTimeout: '30',
};

const MISSING = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** The attributes of the queue at `url`. */
async function queueAttributes(client: AwsClient, url: string): Promise<Record<string, unknown>> {
  const { Attributes } = await client.json('sqs', 'GetQueueAttributes', { QueueUrl: url, AttributeNames: ['All'] });
  return { ...(Attributes as Record<string, unknown> | undefined) }; // absent where a queue has none
}

/** `AWS::SQS::Queue`. Encryption is left out: keys are not made here. */
export const makeQueue: MakeResource = async (request) => {
  const { properties, client, defaultName, past } = request;
  const isFifo = optionalFlag(properties, 'FifoQueue') ?? false;
  const name = optionalText(properties, 'QueueName') ?? `${defaultName}${isFifo ? '.fifo' : ''}`;
  const wanted = { ...backToDefaults(past, properties, DEFAULTS), ...attributesOf(properties, ATTRIBUTES) };
  const existing = await whenMissing(client.json('sqs', 'GetQueueUrl', { QueueName: name }), ...MISSING);
  refuseExisting(past, existing, name);
  const created =
    existing ??
    (await client.json('sqs', 'CreateQueue', {
      QueueName: name,
      Attributes: isFifo ? { ...wanted, FifoQueue: 'true' } : wanted,
      tags: tagsOf(properties),
    }));
  const url = text(created.QueueUrl);
  if (existing === undefined) past?.created(url);
  const current = await queueAttributes(client, url);
  const change = existing === undefined ? {} : differing(wanted, current);
  const hasChanged = Object.keys(change).length > 0;
  if (hasChanged) await client.json('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: change });
  const hasTags = await updateTags(
    request,
    (Tags) => client.json('sqs', 'TagQueue', { QueueUrl: url, Tags }),
    (TagKeys) => client.json('sqs', 'UntagQueue', { QueueUrl: url, TagKeys }),
  );
  return {
    physicalId: url,
    attributes: { Arn: text(current.QueueArn), QueueName: name, QueueUrl: url },
    outcome: existing === undefined ? 'created' : hasChanged || hasTags ? 'updated' : 'unchanged',
  };
};

export const removeQueue: RemoveResource = async ({ physicalId, client }) => {
  await whenMissing(client.json('sqs', 'DeleteQueue', { QueueUrl: physicalId }), ...MISSING);
};

/** `AWS::SQS::QueuePolicy`: the one policy of each of its queues. */
export const makeQueuePolicy: MakeResource = async ({ properties, client, defaultName, past }) => {
  const { PolicyDocument: policy = '' } = attributesOf(properties, ['PolicyDocument']);
  let outcome: 'updated' | 'unchanged' = 'unchanged';
  for (const url of textList(properties, 'Queues')) {
    const { Policy } = await queueAttributes(client, url);
    if (typeof Policy === 'string' && sameJson(Policy, policy)) continue;
    await client.json('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { Policy: policy } });
    outcome = 'updated';
  }
  past?.created(defaultName);
  const wanted = textList(properties, 'Queues');
  await clearPolicies(
    client,
    textList(past?.properties ?? {}, 'Queues').filter((url) => !wanted.includes(url)),
  );
  return { physicalId: defaultName, attributes: { Id: defaultName }, outcome };
};

async function clearPolicies(client: AwsClient, urls: readonly string[]): Promise<void> {
  for (const QueueUrl of urls) {
    await whenMissing(client.json('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: '' } }), ...MISSING);
  }
}

export const removeQueuePolicy: RemoveResource = ({ properties, client }) =>
  clearPolicies(client, textList(properties, 'Queues'));
