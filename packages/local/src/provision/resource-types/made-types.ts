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

/** A type that is created by API calls. */
interface MadeType {
  readonly make: MakeResource;
  /**
   * Made so that the local endpoint can enforce permissions; on AWS itself it is listed only.
   * Nothing else of a template needs it to be there.
   */
  readonly isForPermissions: boolean;
}

const made = (make: MakeResource): MadeType => ({ make, isForPermissions: false });
const forPermissions = (make: MakeResource): MadeType => ({ make, isForPermissions: true });

const MADE_TYPES: Readonly<Record<string, MadeType>> = {
  'AWS::DynamoDB::GlobalTable': made(makeGlobalTable),
  'AWS::DynamoDB::Table': made(makeTable),
  'AWS::IAM::ManagedPolicy': forPermissions(makeManagedPolicy),
  'AWS::IAM::Policy': forPermissions(makeInlinePolicy),
  'AWS::IAM::Role': forPermissions(makeRole),
  'AWS::IAM::RolePolicy': forPermissions(makeInlinePolicy),
  'AWS::Lambda::Permission': forPermissions(makeLambdaPermission),
  'AWS::Logs::LogGroup': forPermissions(makeLogGroup),
  'AWS::SNS::Subscription': made(makeSubscription),
  'AWS::SNS::Topic': made(makeTopic),
  'AWS::SNS::TopicPolicy': made(makeTopicPolicy),
  'AWS::SQS::Queue': made(makeQueue),
  'AWS::SQS::QueuePolicy': made(makeQueuePolicy),
  'AWS::SSM::Parameter': made(makeParameter),
  'AWS::SecretsManager::Secret': made(makeSecret),
};

/**
 * How a type is created. Undefined for every other type, which is listed only, as these are where
 * the endpoint has no such service.
 */
export const madeType = (type: string): MadeType | undefined =>
  Object.hasOwn(MADE_TYPES, type) ? MADE_TYPES[type] : undefined;
