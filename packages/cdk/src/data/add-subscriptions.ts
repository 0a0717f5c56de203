import { CfnSubscription } from 'aws-cdk-lib/aws-sns';
import type { CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { named } from '../template/named.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Attached } from './attached.ts';

/** Subscribes queues to their topics, raw: else SNS wraps the body in JSON of its own, and the attributes with it. */
export function addSubscriptions(
  scope: Construct,
  attached: ReadonlyMap<string, Attached>,
  policies: ReadonlyMap<string, CfnQueuePolicy>,
): void {
  for (const [key, queue] of attached) {
    if (queue.declared.kind !== 'queue') continue;
    for (const topic of queue.declared.subscribe.flatMap((subscribed) => attached.get(subscribed) ?? [])) {
      const filter = queue.declared.filters?.[topic.declared.key];
      const id = `${pascalCase(key)}${pascalCase(topic.declared.key)}Subscription`;
      const subscription = named(
        new CfnSubscription(scope, id, {
          topicArn: topic.arn,
          protocol: 'sqs',
          endpoint: queue.arn,
          rawMessageDelivery: true,
          ...(filter && { filterPolicy: filter, filterPolicyScope: 'MessageAttributes' }),
        }),
      );
      // What SNS delivers before the policy lets it in is lost.
      const policy = policies.get(key);
      if (policy) subscription.addResourceDependency(policy);
    }
  }
}
