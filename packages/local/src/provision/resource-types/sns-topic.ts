import { xmlAt, xmlMap } from '../../client/xml.ts';
import { attributesOf, fieldsList, optionalFlag, optionalText, tagsOf } from '../properties.ts';
import type { MakeResource } from '../resource-type.ts';
import { differing } from '../same-json.ts';
import { whenMissing } from '../when-missing.ts';
import { entries, tagMembers } from './sns-attributes.ts';
import { subscribe } from './subscribe.ts';

const ATTRIBUTES = [
  'ArchivePolicy',
  'ContentBasedDeduplication',
  'DisplayName',
  'FifoThroughputScope',
  'MaximumMessageSize',
  'SignatureVersion',
  'TracingConfig',
];

/** `AWS::SNS::Topic` and its inline subscriptions. Encryption is left out: keys are not made here. */
export const makeTopic: MakeResource = async ({ properties, client, defaultName, arn }) => {
  const isFifo = optionalFlag(properties, 'FifoTopic') ?? false;
  const name = optionalText(properties, 'TopicName') ?? `${defaultName}${isFifo ? '.fifo' : ''}`;
  const wanted = attributesOf(properties, ATTRIBUTES);
  let topicArn = arn('sns', name);
  const existing = await whenMissing(
    client.query('sns', 'GetTopicAttributes', { TopicArn: topicArn }),
    'NotFound',
    'NotFoundException',
  );
  const outcomes: string[] = [];
  if (existing === undefined) {
    const created = await client.query('sns', 'CreateTopic', {
      Name: name,
      ...entries('Attributes', isFifo ? { ...wanted, FifoTopic: 'true' } : wanted),
      ...tagMembers(tagsOf(properties)),
    });
    topicArn = xmlAt(created, 'TopicArn')?.text ?? topicArn;
  } else {
    const change = Object.entries(differing(wanted, xmlMap(existing, 'Attributes')));
    for (const [AttributeName, AttributeValue] of change) {
      await client.query('sns', 'SetTopicAttributes', { TopicArn: topicArn, AttributeName, AttributeValue });
      outcomes.push('updated');
    }
  }
  for (const subscription of fieldsList(properties, 'Subscription')) {
    outcomes.push((await subscribe(client, topicArn, subscription)).outcome);
  }
  const hasChanged = outcomes.some((outcome) => outcome !== 'unchanged');
  return {
    physicalId: topicArn,
    attributes: { TopicArn: topicArn, TopicName: name },
    outcome: existing === undefined ? 'created' : hasChanged ? 'updated' : 'unchanged',
  };
};
