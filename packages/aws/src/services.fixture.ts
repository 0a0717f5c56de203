import type { Service } from './operations/aws-operations.ts';
import type { AwsService } from './services/aws-service.ts';
import { dynamodb } from './services/dynamodb.ts';
import { ecs } from './services/ecs.ts';
import { lambda } from './services/lambda.ts';
import { logs } from './services/logs.ts';
import { secretsmanager } from './services/secretsmanager.ts';
import { sns } from './services/sns.ts';
import { sqs } from './services/sqs.ts';
import { ssm } from './services/ssm.ts';

/** Every service, for tests that go through all of them. */
export const SERVICES: Readonly<Record<Service, AwsService>> = {
  sqs,
  sns,
  ssm,
  secretsmanager,
  dynamodb,
  ecs,
  lambda,
  logs,
};

/**
 * Input and output of each operation are paired by its name, which a loop over names cannot say.
 */
export type LooseCall = (service: AwsService, operation: string, input: unknown, options: object) => Promise<object>;

/** Each operation of the lean transport, as `[service, operation]`. */
export const OPERATIONS = Object.values(SERVICES).flatMap(({ name, operations }) =>
  Object.keys(operations).map((operation) => [name, operation]),
);
