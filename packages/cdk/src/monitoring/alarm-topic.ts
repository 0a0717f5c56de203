import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/** Services that publish alarms and warnings to the topic. */
const PUBLISHERS = ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'];

/**
 * Adds an encrypted topic that CloudWatch and Budgets may publish to. With a customer key and
 * without
 * these principals in its policy, alarms change their state and notify no one: neither
 * CloudFormation
 * nor a linter reports it.
 */
export function addAlarmTopic(scope: Construct, emails: readonly string[]): { topic: Topic; key: Key } {
  const key = new Key(scope, 'AlarmKey', { description: 'Encrypts alarms', enableKeyRotation: true });
  const topic = new Topic(scope, 'AlarmTopic', { masterKey: key as IKey, enforceSSL: true });
  for (const publisher of PUBLISHERS) {
    const principals = [new ServicePrincipal(publisher)];
    const conditions = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
    // In a key's policy `*` is this key.
    key.addToResourcePolicy(
      new PolicyStatement({
        principals,
        conditions,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
      }),
    );
    topic.addToResourcePolicy(
      new PolicyStatement({ principals, conditions, actions: ['sns:Publish'], resources: [topic.topicArn] }),
    );
  }
  for (const email of emails) topic.addSubscription(new EmailSubscription(email));
  return { topic, key };
}
