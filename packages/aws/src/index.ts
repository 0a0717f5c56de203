export { type AuthToken, type AuthTokenTarget, createAuthTokens } from './auth-token.ts';
export { type AwsPort, createAws } from './create-aws.ts';
export { AwsError, type AwsErrorDetails } from './error.ts';
export type { DebugLogger } from './logger.ts';
export type { AwsOptions } from './options.ts';
export type { Answer, Aws, AwsOperations, CallOptions, Input, Operation, Output, Service } from './port.ts';
export type { SdkClient } from './sdk/sdk-client.ts';
export type { AwsSettings, Credentials, Environment } from './settings.ts';
