import type { DynamoDbOperations } from './dynamodb.ts';
import type { EcsOperations } from './ecs.ts';
import type { LambdaOperations } from './lambda.ts';
import type { LogsOperations } from './logs.ts';
import type { SecretsManagerOperations } from './secretsmanager.ts';
import type { SnsOperations } from './sns.ts';
import type { SqsOperations } from './sqs.ts';
import type { SsmOperations } from './ssm.ts';

/** Every operation that can be called through the port, by service. */
export interface AwsOperations {
  sqs: SqsOperations;
  sns: SnsOperations;
  ssm: SsmOperations;
  secretsmanager: SecretsManagerOperations;
  dynamodb: DynamoDbOperations;
  ecs: EcsOperations;
  lambda: LambdaOperations;
  logs: LogsOperations;
}

export type Service = keyof AwsOperations;
export type Operation<S extends Service> = keyof AwsOperations[S] & string;
export type Input<S extends Service, O extends Operation<S>> = AwsOperations[S][O] extends { input: infer I }
  ? I
  : never;
export type Output<S extends Service, O extends Operation<S>> = AwsOperations[S][O] extends { output: infer T }
  ? T
  : never;
