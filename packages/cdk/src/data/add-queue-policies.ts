import { CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Statement } from '../policy/policy-document.ts';
import { policyDocument } from '../policy/policy-document.ts';
import { tlsOnly } from '../policy/tls-only.ts';
import { named } from '../template/named.ts';
import { pascalCase } from '../template/pascal-case.ts';
import type { Attached } from './attached.ts';

function letTopicSend(topic: Attached, queue: Attached): Statement {
  return {
    Sid: `${pascalCase(topic.declared.key)}MaySend`,
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queue.arn,
    Condition: { ArnEquals: { 'aws:SourceArn': topic.arn } },
  };
}

/**
 * Adds the one policy of each queue: TLS only, and the topics that it subscribes to may send.
 *
 * @returns the policies, by the key of their queue
 */
export function addQueuePolicies(
  scope: Construct,
  attached: ReadonlyMap<string, Attached>,
): ReadonlyMap<string, CfnQueuePolicy> {
  const policies = new Map<string, CfnQueuePolicy>();
  for (const [key, queue] of attached) {
    if (queue.declared.kind !== 'queue') continue;
    const topics = queue.declared.subscribe.flatMap((topic) => attached.get(topic) ?? []);
    const statements = [tlsOnly('sqs:*', queue.arn), ...topics.map((topic) => letTopicSend(topic, queue))];
    const policy = new CfnQueuePolicy(scope, `${pascalCase(key)}QueuePolicy`, {
      queues: [queue.resource.ref],
      policyDocument: policyDocument(statements),
    });
    policies.set(key, named(policy));
  }
  return policies;
}
