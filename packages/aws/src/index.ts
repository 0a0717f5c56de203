export { createAuthTokens } from './auth-token.ts';
export { type AwsPort, createAws } from './create-aws.ts';
export { AwsError } from './error.ts';

export type { Aws } from './port.ts';
export type { SdkClient } from './sdk/sdk-client.ts';
