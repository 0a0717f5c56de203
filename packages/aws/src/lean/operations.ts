import type { AwsOperations, Service } from '../port.ts';

/**
 * Every operation of the lean transport, and whether it changes anything. Receiving is a write: it hides the messages and counts
 * as a delivery.
 */
export const LEAN_OPERATIONS: {
  readonly [S in Service]: { readonly [O in keyof AwsOperations[S]]: 'read' | 'write' };
} = {
  sqs: {
    SendMessage: 'write',
    SendMessageBatch: 'write',
    ReceiveMessage: 'write',
    DeleteMessage: 'write',
    DeleteMessageBatch: 'write',
    ChangeMessageVisibility: 'write',
    ChangeMessageVisibilityBatch: 'write',
    GetQueueAttributes: 'read',
    GetQueueUrl: 'read',
  },
  sns: { Publish: 'write', PublishBatch: 'write' },
  ssm: { GetParameters: 'read', GetParametersByPath: 'read', PutParameter: 'write', LabelParameterVersion: 'write' },
  secretsmanager: {
    GetSecretValue: 'read',
    BatchGetSecretValue: 'read',
    PutSecretValue: 'write',
    DescribeSecret: 'read',
    ListSecrets: 'read',
    UpdateSecretVersionStage: 'write',
  },
  dynamodb: {
    GetItem: 'read',
    BatchGetItem: 'read',
    BatchWriteItem: 'write',
    PutItem: 'write',
    UpdateItem: 'write',
    DeleteItem: 'write',
    Query: 'read',
    Scan: 'read',
    TransactWriteItems: 'write',
  },
  ecs: {
    DescribeServices: 'read',
    DescribeTaskDefinition: 'read',
    DescribeTasks: 'read',
    ListTasks: 'read',
    RunTask: 'write',
    StopTask: 'write',
  },
  lambda: { Invoke: 'write' },
  logs: { FilterLogEvents: 'read', GetLogEvents: 'read' },
};
