import { attributesOf, textList } from '../properties.ts';
import type { MakeResource } from '../resource-type.ts';
import { sameJson } from '../same-json.ts';
import { queueAttributes } from './sqs-queue.ts';

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
