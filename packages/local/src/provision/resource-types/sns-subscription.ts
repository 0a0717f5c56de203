import { requiredText } from '../properties.ts';
import type { MakeResource } from '../resource-type.ts';
import { subscribe } from './subscribe.ts';

/** `AWS::SNS::Subscription`. */
export const makeSubscription: MakeResource = async ({ properties, client }) => {
  const { arn, outcome } = await subscribe(client, requiredText(properties, 'TopicArn'), properties);
  return { physicalId: arn, attributes: { Arn: arn }, outcome };
};
