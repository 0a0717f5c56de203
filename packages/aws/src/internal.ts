export type { AuthToken, AuthTokenTarget } from './auth-token.ts';
export type { AwsErrorDetails } from './error.ts';
export type { DebugLogger } from './logger.ts';
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
export type { Answer, AwsOperations, CallOptions, Input, Operation, Output, Service } from './port.ts';
export type { AwsSettings, Credentials, Environment } from './settings.ts';
export { isSetupError } from './setup-fault.ts';
export type { ConnectionCounts } from './transport.ts';
