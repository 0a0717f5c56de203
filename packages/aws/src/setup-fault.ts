import { AwsError } from './error.ts';
import type { AwsService } from './services/aws-service.ts';
import type { AwsSettings, Environment } from './settings.ts';
import { endpointFor, isRegionName, isUsableEndpoint, regionFor } from './settings.ts';

/** A setting without which no call can be made, and how to give it. */
export interface SetupFault {
  readonly awsCode: 'RegionMissing' | 'RegionInvalid' | 'EndpointInvalid' | 'CredentialsProviderError';
  /** Goes on after "Cannot call ssm GetParameters: ". */
  readonly reason: string;
}

export const REGION_MISSING: SetupFault = {
  awsCode: 'RegionMissing',
  reason: 'there is no region; set AWS_REGION, e.g. AWS_REGION=eu-west-1',
};

export const CREDENTIALS_MISSING: SetupFault = {
  awsCode: 'CredentialsProviderError',
  reason:
    'there are no credentials; give the process a role or a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
};

/**
 * Codes of failures that only a setting of the process mends: no region, no credentials, no usable
 * endpoint, no SDK.
 */
const SETUP_CODES: ReadonlySet<string> = new Set<SetupFault['awsCode'] | 'SdkMissing'>([
  'RegionMissing',
  'RegionInvalid',
  'EndpointInvalid',
  'CredentialsProviderError',
  'SdkMissing',
]);

/**
 * Whether a call failed before it was sent, for want of a setting of the process. The reason is its
 * message behind the first colon.
 */
export function isSetupError(error: unknown): boolean {
  return AwsError.isInstance(error) && SETUP_CODES.has(error.awsCode);
}

/**
 * The region or the endpoint that no request can be made with; `undefined` if both can be used, or
 * are left to the SDK.
 */
export function setupFault(service: AwsService, settings: AwsSettings, env: Environment): SetupFault | undefined {
  const region = regionFor(settings, env);
  if (region !== undefined && !isRegionName(region)) {
    const name =
      settings.region !== undefined ? "the option 'region'" : env.AWS_REGION ? 'AWS_REGION' : 'AWS_DEFAULT_REGION';
    const what = /\s/.test(region) ? 'holds a blank' : 'is not the name of a region';
    return {
      awsCode: 'RegionInvalid',
      reason: `${name} is ${JSON.stringify(region)}, which ${what}; set it to e.g. eu-west-1`,
    };
  }
  const endpoint = endpointFor(service, settings, env);
  if (endpoint === undefined || isUsableEndpoint(endpoint)) return undefined;
  const what = !/^https?:\/\//.test(endpoint)
    ? 'does not begin with http:// or https://'
    : URL.canParse(endpoint) && !/\s/.test(endpoint)
      ? 'has a user name, a query or a fragment'
      : 'is not a URL';
  return {
    awsCode: 'EndpointInvalid',
    reason: `AWS_ENDPOINT_URL or its form for the service ${what}; write it as e.g. http://localhost:4566, or unset it`,
  };
}

/** @param hint what else would help, last */
export function setupError(
  { awsCode, reason }: SetupFault,
  service: string,
  operation: string,
  hint = '',
  options?: ErrorOptions,
): AwsError {
  const message = `Cannot call ${service} ${operation}: ${reason}${hint}`;
  return new AwsError(message, { awsCode, service, operation, retryable: false }, options);
}
