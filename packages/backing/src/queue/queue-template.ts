import { pascalCase } from '@twelvefold/core/internal';
import type { Definition } from '../definition.ts';
import type { CloudFormationResource, Infrastructure, InfrastructureContext } from '../infrastructure.ts';
import { tlsOnly } from '../infrastructure.ts';
import type { FilterPolicy } from '../topic/subscription.ts';

/** The fields of a queue's definition that its resources show. */
interface QueueShape {
  readonly name: string;
  readonly fifo: object | undefined;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly deadLetter: { readonly maxReceives: number } | undefined;
  readonly subscribe: readonly Definition[];
  readonly deadLetterOf: { readonly name: string; readonly subscribe: readonly Definition[] } | undefined;
  readonly filters: ReadonlyArray<FilterPolicy | undefined>;
}

/**
 * A queue with its policy and its subscriptions to topics. In a file that the bundles of functions
 * leave out.
 */
export function template(definition: QueueShape, context: InfrastructureContext): Infrastructure {
  const { fifo, visibilityMs, retentionMs, deadLetter, deadLetterOf } = definition;
  const { physicalName, logicalId } = context;
  const id = logicalId('Queue');
  const arn = { 'Fn::GetAtt': [id, 'Arn'] };
  const queue = {
    QueueName: physicalName,
    VisibilityTimeout: visibilityMs / 1_000,
    MessageRetentionPeriod: retentionMs / 1_000,
    SqsManagedSseEnabled: true,
    ...(fifo ? { FifoQueue: true, DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' } : {}),
    ...(deadLetter
      ? {
          RedrivePolicy: {
            deadLetterTargetArn: context.companion('deadLetter').arn,
            maxReceiveCount: deadLetter.maxReceives,
          },
        }
      : {}),
    // By name: a reference to the source, which refers to this queue, would be a circle.
    ...(deadLetterOf
      ? {
          RedriveAllowPolicy: {
            redrivePermission: 'byQueue',
            sourceQueueArns: [{ 'Fn::Sub': sourceArn(physicalName, definition.name, deadLetterOf.name) }],
          },
        }
      : {}),
  };
  const topics = definition.subscribe.map((topic) => context.reference(topic));
  const undelivered = (deadLetterOf?.subscribe ?? []).map((topic) => context.reference(topic));
  const statements = [...topics, ...undelivered].map((topic) => ({
    Sid: `${pascalCase(topic.key)}MaySend`,
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn,
    Condition: { ArnEquals: { 'aws:SourceArn': topic.arn } },
  }));
  const policy: CloudFormationResource = {
    id: `${id}Policy`,
    type: 'AWS::SQS::QueuePolicy',
    properties: {
      Queues: [{ Ref: id }],
      PolicyDocument: { Version: '2012-10-17', Statement: [tlsOnly('sqs:*', arn), ...statements] },
    },
  };
  const subscriptions = topics.map((topic, at): CloudFormationResource => {
    const filter = definition.filters[at];
    return {
      id: logicalId(`${pascalCase(topic.key)}Subscription`),
      type: 'AWS::SNS::Subscription',
      properties: {
        TopicArn: topic.arn,
        Protocol: 'sqs',
        Endpoint: arn,
        // Otherwise SNS puts the body and the attributes into an envelope of JSON.
        RawMessageDelivery: true,
        ...(filter ? { FilterPolicy: filter, FilterPolicyScope: 'MessageAttributes' } : {}),
        // SNS gives a message up at once when the queue's policy or key refuses it.
        ...(deadLetter ? { RedrivePolicy: { deadLetterTargetArn: context.companion('deadLetter').arn } } : {}),
      },
      dependsOn: [policy.id],
    };
  });
  return {
    resources: [{ id, type: 'AWS::SQS::Queue', properties: queue }, policy, ...subscriptions],
    arns: [arn],
    ...(deadLetter && { parts: { deadLetter: context.companion('deadLetter').arn } }),
    binding: { Ref: id },
  };
}

/**
 * The ARN of a dead-letter queue's source: both names have the same beginning and the same suffix.
 */
function sourceArn(physicalName: string, name: string, source: string): string {
  const at = physicalName.lastIndexOf(name);
  const sourceName = `${physicalName.slice(0, at)}${source}${physicalName.slice(at + name.length)}`;
  return `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${sourceName}`;
}
