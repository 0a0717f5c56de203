import { CLOUDFORMATION } from './cloudformation.ts';
import { CLOUDWATCH, ECS, EVENTS, IAM, LAMBDA, LOGS, SCHEDULER, STS } from './compute.ts';
import { DYNAMODB, DYNAMODB_STREAMS } from './dynamodb.ts';
import { SNS, SQS } from './messaging.ts';
import type { Operations } from './operation.ts';
import { S3 } from './s3.ts';
import { KMS, SECRETS_MANAGER, SSM } from './secrets.ts';

/** Every operation that the endpoint answers, by the service's signing name. */
export const REQUESTS: Readonly<Record<string, Operations>> = {
  cloudformation: CLOUDFORMATION,
  dynamodb: DYNAMODB,
  dynamodbstreams: DYNAMODB_STREAMS,
  ecs: ECS,
  events: EVENTS,
  iam: IAM,
  kms: KMS,
  lambda: LAMBDA,
  logs: LOGS,
  monitoring: CLOUDWATCH,
  s3: S3,
  scheduler: SCHEDULER,
  secretsmanager: SECRETS_MANAGER,
  sns: SNS,
  sqs: SQS,
  ssm: SSM,
  sts: STS,
};
