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
export { isSetupError } from './setup-fault.ts';
export type { ConnectionCounts } from './transport.ts';
