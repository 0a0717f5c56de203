import type { ServiceEntry } from '../core/service.ts';

/** Every service that the endpoint answers for; the code of one is loaded by its first call. */
export const registry: readonly ServiceEntry[] = [
  { name: 'dynamodb', target: 'DynamoDB_20120810', load: async () => (await import('./dynamodb/service.ts')).dynamodb },
  { name: 'kms', target: 'TrentService', load: async () => (await import('./kms/service.ts')).kms },
  {
    name: 'ecs',
    target: 'AmazonEC2ContainerServiceV20141113',
    load: async () => (await import('./ecs/service.ts')).ecs,
  },
  { name: 'events', target: 'AWSEvents', load: async () => (await import('./events/service.ts')).events },
  { name: 'scheduler', rest: true, load: async () => (await import('./scheduler/service.ts')).scheduler },
  {
    name: 'dynamodbstreams',
    target: 'DynamoDBStreams_20120810',
    load: async () => (await import('./dynamodb-streams/service.ts')).dynamodbStreams,
  },
  { name: 's3', rest: true, load: async () => (await import('./s3/service.ts')).s3 },
  {
    name: 'secretsmanager',
    target: 'secretsmanager',
    load: async () => (await import('./secretsmanager/service.ts')).secretsManager,
  },
  { name: 'lambda', rest: true, load: async () => (await import('./lambda/service.ts')).lambda },
  { name: 'logs', target: 'Logs_20140328', load: async () => (await import('./logs/service.ts')).logs },
  {
    name: 'monitoring',
    target: 'GraniteServiceVersion20100801',
    load: async () => (await import('./cloudwatch/service.ts')).cloudwatch,
  },
  {
    name: 'sns',
    pages: /^\/SimpleNotificationService-[0-9a-f]{32}\.pem$/,
    load: async () => (await import('./sns/service.ts')).sns,
  },
  { name: 'sqs', target: 'AmazonSQS', load: async () => (await import('./sqs/service.ts')).sqs },
  { name: 'ssm', target: 'AmazonSSM', load: async () => (await import('./ssm/service.ts')).ssm },
  { name: 'cloudformation', load: async () => (await import('./cloudformation/service.ts')).cloudformation },
  { name: 'iam', load: async () => (await import('./iam/service.ts')).iam },
  { name: 'sts', load: async () => (await import('./sts/service.ts')).sts },
];
