import type { MakeResource } from '../resource-type.ts';
import { makeTable } from './dynamodb.ts';
import { makeGlobalTable } from './global-table.ts';
import { makeInlinePolicy, makeManagedPolicy, makeRole } from './iam.ts';
import { makeLambdaPermission } from './lambda-permission.ts';
import { makeLogGroup } from './log-group.ts';
import { makeSecret } from './secret.ts';
import { makeSubscription, makeTopic, makeTopicPolicy } from './sns.ts';
import { makeQueue, makeQueuePolicy } from './sqs.ts';
import { makeParameter } from './ssm-parameter.ts';

/**
 * The types that are created by API calls. Every other is listed only, and so are these where the
 * endpoint has no such service.
 */
export const MADE_TYPES: Readonly<Record<string, MakeResource>> = {
  'AWS::DynamoDB::GlobalTable': makeGlobalTable,
  'AWS::DynamoDB::Table': makeTable,
  'AWS::IAM::ManagedPolicy': makeManagedPolicy,
  'AWS::IAM::Policy': makeInlinePolicy,
  'AWS::IAM::Role': makeRole,
  'AWS::IAM::RolePolicy': makeInlinePolicy,
  'AWS::Lambda::Permission': makeLambdaPermission,
  'AWS::Logs::LogGroup': makeLogGroup,
  'AWS::SNS::Subscription': makeSubscription,
  'AWS::SNS::Topic': makeTopic,
  'AWS::SNS::TopicPolicy': makeTopicPolicy,
  'AWS::SQS::Queue': makeQueue,
  'AWS::SQS::QueuePolicy': makeQueuePolicy,
  'AWS::SSM::Parameter': makeParameter,
  'AWS::SecretsManager::Secret': makeSecret,
};
