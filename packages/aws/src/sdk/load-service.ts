import type { Service } from '../port.ts';
import type { AwsSettings, Environment } from '../settings.ts';
import { credentialsFor, DEFAULT_SETTINGS, endpointFor, regionFor } from '../settings.ts';
import type { SdkClient, SdkService } from './sdk-client.ts';

/** Loads one service's SDK on first use: what is not called is not parsed. */
export async function loadService(
  service: Service,
  settings: AwsSettings,
  env: Environment,
  injected: SdkClient | undefined,
): Promise<SdkService> {
  const config = clientConfig(service, settings, env);
  switch (service) {
    case 'sqs': {
      const sdk = await import('@aws-sdk/client-sqs');
      const commands = {
        SendMessage: sdk.SendMessageCommand,
        SendMessageBatch: sdk.SendMessageBatchCommand,
        ReceiveMessage: sdk.ReceiveMessageCommand,
        DeleteMessage: sdk.DeleteMessageCommand,
        DeleteMessageBatch: sdk.DeleteMessageBatchCommand,
        ChangeMessageVisibility: sdk.ChangeMessageVisibilityCommand,
        ChangeMessageVisibilityBatch: sdk.ChangeMessageVisibilityBatchCommand,
        GetQueueAttributes: sdk.GetQueueAttributesCommand,
        GetQueueUrl: sdk.GetQueueUrlCommand,
      };
      // With an endpoint set, the SDK would still send to the host of the queue URL: a production URL in a laptop's
      // config would reach real AWS.
      const endpointOnly = config.endpoint === undefined ? {} : { useQueueUrlAsEndpoint: false };
      return { client: injected ?? new sdk.SQSClient({ ...config, ...endpointOnly }), commands };
    }
    case 'sns': {
      const sdk = await import('@aws-sdk/client-sns');
      const commands = { Publish: sdk.PublishCommand, PublishBatch: sdk.PublishBatchCommand };
      return { client: injected ?? new sdk.SNSClient(config), commands };
    }
    case 'ssm': {
      const sdk = await import('@aws-sdk/client-ssm');
      const commands = {
        GetParameters: sdk.GetParametersCommand,
        GetParametersByPath: sdk.GetParametersByPathCommand,
        PutParameter: sdk.PutParameterCommand,
        LabelParameterVersion: sdk.LabelParameterVersionCommand,
      };
      return { client: injected ?? new sdk.SSMClient(config), commands };
    }
    case 'secretsmanager': {
      const sdk = await import('@aws-sdk/client-secrets-manager');
      const commands = {
        GetSecretValue: sdk.GetSecretValueCommand,
        BatchGetSecretValue: sdk.BatchGetSecretValueCommand,
        PutSecretValue: sdk.PutSecretValueCommand,
        DescribeSecret: sdk.DescribeSecretCommand,
        UpdateSecretVersionStage: sdk.UpdateSecretVersionStageCommand,
      };
      return { client: injected ?? new sdk.SecretsManagerClient(config), commands };
    }
    case 'dynamodb': {
      const [{ DynamoDBClient }, sdk, { unmarshall }] = await Promise.all([
        import('@aws-sdk/client-dynamodb'),
        import('@aws-sdk/lib-dynamodb'),
        import('@aws-sdk/util-dynamodb'),
      ]);
      const commands = {
        GetItem: sdk.GetCommand,
        PutItem: sdk.PutCommand,
        UpdateItem: sdk.UpdateCommand,
        DeleteItem: sdk.DeleteCommand,
        Query: sdk.QueryCommand,
        Scan: sdk.ScanCommand,
        TransactWriteItems: sdk.TransactWriteCommand,
      };
      const client =
        injected ??
        sdk.DynamoDBDocumentClient.from(new DynamoDBClient(config), {
          marshallOptions: { removeUndefinedValues: true },
        });
      return { client, commands, unmarshall };
    }
  }
}

function clientConfig(service: Service, settings: AwsSettings, env: Environment) {
  const endpoint = endpointFor(service, settings, env);
  const region = regionFor(settings, env);
  const credentials = credentialsFor(settings, env);
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: settings.maxAttempts ?? DEFAULT_SETTINGS.maxAttempts,
    retryMode: 'standard' as const,
    customUserAgent: 'twelvefold',
    requestHandler: {
      connectionTimeout: settings.connectTimeoutMs ?? DEFAULT_SETTINGS.connectTimeoutMs,
      requestTimeout: settings.requestTimeoutMs ?? DEFAULT_SETTINGS.requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}
