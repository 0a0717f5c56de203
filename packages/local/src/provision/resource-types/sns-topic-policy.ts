import { xmlMap } from '../../client/xml.ts';
import { attributesOf, textList } from '../properties.ts';
import type { MakeResource } from '../resource-type.ts';
import { sameJson } from '../same-json.ts';

/** `AWS::SNS::TopicPolicy`: the one policy of each of its topics. */
export const makeTopicPolicy: MakeResource = async ({ properties, client, defaultName }) => {
  const { PolicyDocument: policy = '' } = attributesOf(properties, ['PolicyDocument']);
  let outcome: 'updated' | 'unchanged' = 'unchanged';
  for (const topicArn of textList(properties, 'Topics')) {
    const current = await client.query('sns', 'GetTopicAttributes', { TopicArn: topicArn });
    if (sameJson(xmlMap(current, 'Attributes').Policy, policy)) continue;
    await client.query('sns', 'SetTopicAttributes', {
      TopicArn: topicArn,
      AttributeName: 'Policy',
      AttributeValue: policy,
    });
    outcome = 'updated';
  }
  return { physicalId: defaultName, attributes: { Id: defaultName }, outcome };
};
