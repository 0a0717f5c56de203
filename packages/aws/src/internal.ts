/** For sibling packages, and types that signatures name. May change in any release. @module */
export type { AuthToken, AuthTokenTarget } from './auth-token.ts';
export type { AwsErrorDetails } from './error.ts';
export type { DebugLogger } from './logger.ts';
export type { AwsOperations, Input, Operation, Output, Service } from './operations/aws-operations.ts';
export type {
  BatchWriteEntry,
  CancellationReason,
  ConditionCheckInput,
  DeleteInput,
  DynamoDbOperations,
  Item,
  KeysAndAttributes,
  PutInput,
  TransactWriteEntry,
  UpdateInput,
} from './operations/dynamodb.ts';
export type { SecretsManagerOperations } from './operations/secretsmanager.ts';
export type { PublishEntry, SnsOperations } from './operations/sns.ts';
export type {
  BatchFailure,
  MessageAttributeValue,
  SendMessageEntry,
  SqsMessage,
  SqsOperations,
} from './operations/sqs.ts';
export type { Parameter, SsmOperations } from './operations/ssm.ts';
export type { AwsOptions } from './options.ts';
export type { Answer, CallOptions } from './port.ts';
export type { AwsService } from './services/aws-service.ts';
export type { AwsSettings, Credentials, Environment } from './settings.ts';
export { isSetupError } from './setup-fault.ts';
export type { ConnectionCounts } from './transport.ts';
