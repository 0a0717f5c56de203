import type { MakeResource } from '../resource-type.ts';
import { makeTable } from './dynamodb-table.ts';
import { makeSecret } from './secret.ts';
import { makeSubscription } from './sns-subscription.ts';
import { makeTopic } from './sns-topic.ts';
import { makeTopicPolicy } from './sns-topic-policy.ts';
import { makeQueue } from './sqs-queue.ts';
import { makeQueuePolicy } from './sqs-queue-policy.ts';
import { makeParameter } from './ssm-parameter.ts';

/** The types that are created by API calls. Every other is listed only. */
export const MADE_TYPES: Readonly<Record<string, MakeResource>> = {
  'AWS::DynamoDB::Table': makeTable,
  'AWS::SNS::Subscription': makeSubscription,
  'AWS::SNS::Topic': makeTopic,
  'AWS::SNS::TopicPolicy': makeTopicPolicy,
  'AWS::SQS::Queue': makeQueue,
  'AWS::SQS::QueuePolicy': makeQueuePolicy,
  'AWS::SSM::Parameter': makeParameter,
  'AWS::SecretsManager::Secret': makeSecret,
};
