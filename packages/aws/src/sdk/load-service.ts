import { AwsError } from '../error.ts';
import { NO_CREDENTIALS, NO_REGION } from '../lean/covers.ts';
import { unmarshallItem } from '../lean/dynamodb/unmarshall.ts';
import type { Service } from '../port.ts';
import type { AwsSettings, Environment } from '../settings.ts';
import { credentialsFor, DEFAULT_SETTINGS, endpointFor, maxAttemptsFor, regionFor } from '../settings.ts';
import { CREDENTIALS_MISSING, REGION_MISSING, setupError } from '../setup-fault.ts';
import type { SdkClient, SdkService } from './sdk-client.ts';

/** What the SDK's packages export, as far as we look: client classes and `<Operation>Command`. */
type SdkModule = Readonly<Record<string, unknown>>;
type ClientClass = new (config: object) => SdkClient;

/** The document client's names for the operations that have items. */
const DOCUMENT_COMMANDS: Readonly<Record<string, string>> = {
  GetItem: 'Get',
  PutItem: 'Put',
  UpdateItem: 'Update',
  DeleteItem: 'Delete',
  TransactWriteItems: 'TransactWrite',
  TransactGetItems: 'TransactGet',
  BatchGetItem: 'BatchGet',
  BatchWriteItem: 'BatchWrite',
};

/**
 * Loads one service's SDK on first use: what is not called is not parsed. The packages are optional peers. Rejects with an
 * {@link AwsError} of code `SdkMissing` that names the one to install, or with the setting that is missing; `why` gives the reason for the SDK.
 */
export async function loadService(
  { service, operation }: { readonly service: Service; readonly operation: string },
  settings: AwsSettings,
  env: Environment,
  injected: SdkClient | undefined,
  why: string,
): Promise<SdkService> {
  const config = clientConfig(service, settings, env);
  const make = (sdk: SdkModule, name: string, extra: object = {}): SdkClient =>
    injected ?? new (sdk[name] as ClientClass)({ ...config, ...extra }); // the name of an export that each package has
  try {
    switch (service) {
      case 'sqs': {
        const sdk: SdkModule = await import('@aws-sdk/client-sqs');
        // With an endpoint set, the SDK would still send to the host of the queue URL: a production URL in a laptop's
        // config would reach real AWS.
        return serviceOf(sdk, make(sdk, 'SQSClient', 'endpoint' in config ? { useQueueUrlAsEndpoint: false } : {}));
      }
      case 'sns': {
        const sdk: SdkModule = await import('@aws-sdk/client-sns');
        return serviceOf(sdk, make(sdk, 'SNSClient'));
      }
      case 'ssm': {
        const sdk: SdkModule = await import('@aws-sdk/client-ssm');
        return serviceOf(sdk, make(sdk, 'SSMClient'));
      }
      case 'secretsmanager': {
        const sdk: SdkModule = await import('@aws-sdk/client-secrets-manager');
        return serviceOf(sdk, make(sdk, 'SecretsManagerClient'));
      }
      case 'ecs': {
        const sdk: SdkModule = await import('@aws-sdk/client-ecs');
        return serviceOf(sdk, make(sdk, 'ECSClient'));
      }
      case 'lambda': {
        const sdk: SdkModule = await import('@aws-sdk/client-lambda');
        return serviceOf(sdk, make(sdk, 'LambdaClient'));
      }
      case 'logs': {
        const sdk: SdkModule = await import('@aws-sdk/client-cloudwatch-logs');
        return serviceOf(sdk, make(sdk, 'CloudWatchLogsClient'));
      }
      case 'dynamodb': {
        // One by one: bundlers forgive a missing package only where its import is awaited inside of a try.
        const low = await import('@aws-sdk/client-dynamodb');
        const lib = await import('@aws-sdk/lib-dynamodb');
        const client =
          injected ??
          lib.DynamoDBDocumentClient.from(new low.DynamoDBClient(config), {
            marshallOptions: { removeUndefinedValues: true },
          });
        const documents: SdkModule = lib;
        return {
          client,
          command: (operation) =>
            commandOf(documents, DOCUMENT_COMMANDS[operation] ?? operation) ?? commandOf({ ...low }, operation),
          unmarshall: unmarshallItem,
        };
      }
    }
  } catch (error) {
    throw missing(error, service, operation, why) ?? error;
  }
}

const commandOf = (sdk: SdkModule, name: string) => sdk[`${name}Command`] as ReturnType<SdkService['command']>; // by the SDK's naming

const serviceOf = (sdk: SdkModule, client: SdkClient): SdkService => ({
  client,
  command: (operation) => commandOf(sdk, operation),
});

function missing(error: unknown, service: Service, operation: string, why: string): AwsError | undefined {
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string }; // only looked at
  const notFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  const name = notFound ? /@aws-sdk\/[\w-]+/.exec(message)?.[0] : undefined;
  if (name === undefined) return undefined;
  const unset = why === NO_REGION ? REGION_MISSING : why === NO_CREDENTIALS ? CREDENTIALS_MISSING : undefined;
  const packages = service === 'dynamodb' ? '@aws-sdk/client-dynamodb @aws-sdk/lib-dynamodb' : name;
  if (unset !== undefined) {
    const hint = `. To use the shared config files of AWS instead, run npm install ${packages}`;
    return setupError(unset, service, operation, hint, { cause: error });
  }
  return new AwsError(
    `Cannot load the AWS SDK for ${service}: it is needed because ${why}, and ${name} is not installed; run npm install ${packages}`,
    { awsCode: 'SdkMissing', service, operation: 'load', retryable: false },
    { cause: error },
  );
}

function clientConfig(service: Service, settings: AwsSettings, env: Environment) {
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
