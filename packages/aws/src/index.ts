/** The port to AWS, its errors and tokens. @module @twelvefold/aws */
export { createAuthTokens } from './auth-token.ts';
export { type AwsPort, createAws } from './create-aws.ts';
export { AwsError } from './error.ts';

export type { Aws } from './port.ts';
export type { SdkClient } from './sdk/sdk-client.ts';
export { dynamodb } from './services/dynamodb.ts';
export { ecs } from './services/ecs.ts';
export { lambda } from './services/lambda.ts';
export { logs } from './services/logs.ts';
export { secretsmanager } from './services/secretsmanager.ts';
export { sns } from './services/sns.ts';
export { sqs } from './services/sqs.ts';
export { ssm } from './services/ssm.ts';
