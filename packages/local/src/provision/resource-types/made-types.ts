import type { MakeResource, RemoveResource } from '../resource-type.ts';
import { makeBucket, removeBucket } from './bucket.ts';
import { makeTable, removeTable } from './dynamodb.ts';
import { makeGlobalTable } from './global-table.ts';
import {
  makeInlinePolicy,
  makeManagedPolicy,
  makeRole,
  removeInlinePolicy,
  removeManagedPolicy,
  removeRole,
} from './iam.ts';
import { makeLambdaPermission, removeLambdaPermission } from './lambda-permission.ts';
import { makeLogGroup, removeLogGroup } from './log-group.ts';
import { makeSecret, removeSecret } from './secret.ts';
import {
  makeSubscription,
  makeTopic,
  makeTopicPolicy,
  removeSubscription,
  removeTopic,
  removeTopicPolicy,
} from './sns.ts';
import { makeQueue, makeQueuePolicy, removeQueue, removeQueuePolicy } from './sqs.ts';
import { makeParameter, removeParameter } from './ssm-parameter.ts';

/** A type that is created by API calls. */
interface MadeType {
  readonly make: MakeResource;
  readonly remove: RemoveResource;
  /**
   * The properties whose change makes a new physical resource ("Update requires: Replacement" in
   * the CloudFormation template reference).
   */
  readonly replacedBy: readonly string[];
  /** The property of those that names it, where it has one. */
  readonly naming?: string | undefined;
  /**
   * Made so that the local endpoint can enforce permissions; on AWS itself it is listed only.
   * Nothing else of a template needs it to be there.
   */
  readonly isForPermissions?: boolean;
  /** Made by stacks only; `provision` lists it. */
  readonly isForStacks?: boolean;
}

const MADE_TYPES: Readonly<Record<string, MadeType>> = {
  'AWS::DynamoDB::GlobalTable': {
    make: makeGlobalTable,
    remove: removeTable,
    replacedBy: ['KeySchema', 'LocalSecondaryIndexes', 'TableName'],
    naming: 'TableName',
  },
  'AWS::DynamoDB::Table': {
    make: makeTable,
    remove: removeTable,
    replacedBy: ['ImportSourceSpecification', 'KeySchema', 'LocalSecondaryIndexes', 'TableName'],
    naming: 'TableName',
  },
  'AWS::IAM::ManagedPolicy': {
    make: makeManagedPolicy,
    remove: removeManagedPolicy,
    replacedBy: ['Description', 'ManagedPolicyName', 'Path'],
    naming: 'ManagedPolicyName',
    isForPermissions: true,
  },
  'AWS::IAM::Policy': { make: makeInlinePolicy, remove: removeInlinePolicy, replacedBy: [], isForPermissions: true },
  'AWS::IAM::Role': {
    make: makeRole,
    remove: removeRole,
    replacedBy: ['Path', 'RoleName'],
    naming: 'RoleName',
    isForPermissions: true,
  },
  'AWS::IAM::RolePolicy': {
    make: makeInlinePolicy,
    remove: removeInlinePolicy,
    replacedBy: ['PolicyName', 'RoleName'],
    isForPermissions: true,
  },
  'AWS::Lambda::Permission': {
    make: makeLambdaPermission,
    remove: removeLambdaPermission,
    // The statement's id is the logical id here, so its other properties change in place.
    replacedBy: ['FunctionName'],
    isForPermissions: true,
  },
  'AWS::Logs::LogGroup': {
    make: makeLogGroup,
    remove: removeLogGroup,
    replacedBy: ['LogGroupName'],
    naming: 'LogGroupName',
    isForPermissions: true,
  },
  'AWS::S3::Bucket': {
    make: makeBucket,
    remove: removeBucket,
    replacedBy: ['BucketName', 'BucketNamePrefix', 'BucketNamespace', 'ObjectLockEnabled'],
    naming: 'BucketName',
    isForStacks: true,
  },
  'AWS::SNS::Subscription': {
    make: makeSubscription,
    remove: removeSubscription,
    replacedBy: ['Endpoint', 'Protocol', 'TopicArn'],
  },
  'AWS::SNS::Topic': {
    make: makeTopic,
    remove: removeTopic,
    replacedBy: ['FifoTopic', 'TopicName'],
    naming: 'TopicName',
  },
  'AWS::SNS::TopicPolicy': { make: makeTopicPolicy, remove: removeTopicPolicy, replacedBy: [] },
  'AWS::SQS::Queue': {
    make: makeQueue,
    remove: removeQueue,
    replacedBy: ['FifoQueue', 'QueueName'],
    naming: 'QueueName',
  },
  'AWS::SQS::QueuePolicy': { make: makeQueuePolicy, remove: removeQueuePolicy, replacedBy: [] },
  'AWS::SSM::Parameter': { make: makeParameter, remove: removeParameter, replacedBy: ['Name'], naming: 'Name' },
  'AWS::SecretsManager::Secret': { make: makeSecret, remove: removeSecret, replacedBy: ['Name'], naming: 'Name' },
};

/**
 * How a type is created. Undefined for every other type, which is listed only, as these are where
 * the endpoint has no such service.
 */
export const madeType = (type: string): MadeType | undefined =>
  Object.hasOwn(MADE_TYPES, type) ? MADE_TYPES[type] : undefined;
