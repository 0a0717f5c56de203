import type { AwsService } from '../services/aws-service.ts';
import type { AwsSettings, Environment } from '../settings.ts';
import { endpointFor, regionFor } from '../settings.ts';
import { hasContainerCredentials } from './credentials/container-credentials.ts';
import { awsEndpoint } from './endpoint.ts';

const isOn = (value: string | undefined) => value?.toLowerCase() === 'true';

/** The reasons that the SDK cannot help with either, unless its shared files do. */
export const NO_REGION = 'AWS_REGION is not set';
export const NO_CREDENTIALS = 'there are no credentials in the environment, nor of a container';

/**
 * Why a call is left to the SDK, in words that go on after "because"; `undefined` when the lean
 * transport can make it.
 */
export function uncovered(
  service: AwsService,
  operation: string,
  settings: AwsSettings,
  env: Environment,
): string | undefined {
  if (!Object.hasOwn(service.operations, operation)) return `the lean transport has no ${service.name} ${operation}`;
  return uncoveredSettings(service, settings, env);
}

/** The part of {@link uncovered} that is the same for every call of a service. */
function uncoveredSettings(service: AwsService, settings: AwsSettings, env: Environment): string | undefined {
  const region = regionFor(settings, env);
  if (region === undefined) return NO_REGION;
  if (isOn(env.AWS_USE_FIPS_ENDPOINT)) return 'AWS_USE_FIPS_ENDPOINT is on';
  if (isOn(env.AWS_USE_DUALSTACK_ENDPOINT)) return 'AWS_USE_DUALSTACK_ENDPOINT is on';
  if (env.AWS_RETRY_MODE?.toLowerCase() === 'adaptive') return 'AWS_RETRY_MODE is adaptive';
  if (service.name === 'dynamodb' && env.AWS_ACCOUNT_ID_ENDPOINT_MODE === 'required') {
    return 'AWS_ACCOUNT_ID_ENDPOINT_MODE is required';
  }
  if (endpointFor(service, settings, env) === undefined && awsEndpoint(service.name, region) === undefined) {
    return `the region ${region} is in no partition that the lean transport knows`;
  }
  return uncoveredCredentials(settings, env);
}

/** Why credentials are left to the SDK's chain. */
export function uncoveredCredentials(settings: AwsSettings, env: Environment): string | undefined {
  if (settings.credentials !== undefined) return undefined;
  // A profile wins over keys in the environment, in the SDK as well.
  if (env.AWS_PROFILE) return 'AWS_PROFILE is set';
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) return undefined;
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE) return 'AWS_WEB_IDENTITY_TOKEN_FILE is set';
  if (hasContainerCredentials(env)) return undefined;
  return NO_CREDENTIALS;
}
