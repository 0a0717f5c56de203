import { AwsError } from '../error.ts';
import { NO_CREDENTIALS, NO_REGION } from '../lean/covers.ts';
import type { Service } from '../operations/aws-operations.ts';
import type { AwsService } from '../services/aws-service.ts';
import type { AwsSettings, Environment } from '../settings.ts';
import { credentialsFor, DEFAULT_SETTINGS, endpointFor, maxAttemptsFor, regionFor } from '../settings.ts';
import { CREDENTIALS_MISSING, REGION_MISSING, setupError } from '../setup-fault.ts';
import type { SdkClient, SdkService } from './sdk-client.ts';
import { commandOf } from './sdk-client.ts';

type ClientClass = new (config: object) => SdkClient;

/**
 * Loads one service's SDK on first use: what is not called is not parsed. The packages are optional
 * peers. Rejects with an
 * {@link AwsError} of code `SdkMissing` that names the one to install, or with the setting that is
 * missing; `why` gives the reason for the SDK.
 */
export async function loadService(
  { service, operation }: { readonly service: AwsService; readonly operation: string },
  settings: AwsSettings,
  env: Environment,
  injected: SdkClient | undefined,
  why: string,
): Promise<SdkService> {
  const config = clientConfig(service, settings, env);
  return service.loadSdk({
    hasEndpoint: 'endpoint' in config,
    open: (sdk, name, options = {}, wrap = (client) => client) => ({
      client: injected ?? wrap(new (sdk[name] as ClientClass)({ ...config, ...options })), // the name of an export that each package has
      command: (wanted) => commandOf(sdk, wanted),
    }),
    missing: (error, packages) => missing(error, service.name, operation, why, packages) ?? error,
  });
}

function missing(
  error: unknown,
  service: Service,
  operation: string,
  why: string,
  packages?: string,
): AwsError | undefined {
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string }; // only looked at
  const notFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  const name = notFound ? /@aws-sdk\/[\w-]+/.exec(message)?.[0] : undefined;
  if (name === undefined) return undefined;
  const unset = why === NO_REGION ? REGION_MISSING : why === NO_CREDENTIALS ? CREDENTIALS_MISSING : undefined;
  if (unset !== undefined) {
    const hint = `. To use the shared config files of AWS instead, run npm install ${packages ?? name}`;
    return setupError(unset, service, operation, hint, { cause: error });
  }
  return new AwsError(
    `Cannot load the AWS SDK for ${service}: it is needed because ${why}, and ${name} is not installed; run npm install ${packages ?? name}`,
    { awsCode: 'SdkMissing', service, operation: 'load', retryable: false },
    { cause: error },
  );
}

function clientConfig(service: AwsService, settings: AwsSettings, env: Environment) {
  const endpoint = endpointFor(service, settings, env);
  const region = regionFor(settings, env);
  const credentials = credentialsFor(settings, env);
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: maxAttemptsFor(settings, env),
    retryMode: env.AWS_RETRY_MODE?.toLowerCase() === 'adaptive' ? 'adaptive' : 'standard',
    customUserAgent: 'twelvefold',
    requestHandler: {
      connectionTimeout: settings.connectTimeoutMs ?? DEFAULT_SETTINGS.connectTimeoutMs,
      requestTimeout: settings.requestTimeoutMs ?? DEFAULT_SETTINGS.requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets: settings.maxSockets ?? DEFAULT_SETTINGS.maxSockets },
      httpsAgent: { maxSockets: settings.maxSockets ?? DEFAULT_SETTINGS.maxSockets },
    },
  };
}
