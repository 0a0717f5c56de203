import { Aws, CfnResource } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { ManifestComponent } from 'twelvefold/manifest';
import type { Statement } from '../policy/policy-document.ts';
import { atStage } from '../template/at-stage.ts';
import { defaultNamed } from '../template/named.ts';

/** How a type of resource names its key. */
const ENCRYPTED: Readonly<Record<string, (key: string) => Readonly<Record<string, unknown>>>> = {
  'AWS::DynamoDB::Table': (key) => ({ SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key } }),
  // SQS refuses a key beside its own encryption.
  'AWS::SQS::Queue': (key) => ({ KmsMasterKeyId: key, SqsManagedSseEnabled: undefined }),
  'AWS::SNS::Topic': (key) => ({ KmsMasterKeyId: key }),
  'AWS::SecretsManager::Secret': (key) => ({ KmsKeyId: key }),
  'AWS::Logs::LogGroup': (key) => ({ KmsKeyId: key }),
  'AWS::ElastiCache::ServerlessCache': (key) => ({ KmsKeyId: key }),
};

/**
 * The actions of a caller on the key, by the service that makes them for it.
 *
 * - SQS developer guide, "Key management": producers need GenerateDataKey and Decrypt, consumers
 *   Decrypt; a role may be both
 * - SNS developer guide, "Managing encryption keys and costs": publishers need both
 * - DynamoDB developer guide, "Encryption at rest: how it works": the table's key is decrypted on
 *   behalf of the caller
 * - Secrets Manager user guide, "Secret encryption": readers need Decrypt
 */
const CALLER: Readonly<Record<string, readonly string[]>> = {
  sqs: ['kms:Decrypt', 'kms:GenerateDataKey'],
  sns: ['kms:Decrypt', 'kms:GenerateDataKey'],
  dynamodb: ['kms:Decrypt', 'kms:DescribeKey'],
  secretsmanager: ['kms:Decrypt'],
};

/**
 * Services that use the key without a caller: SNS delivers to encrypted queues, EventBridge and
 * CloudWatch publish to encrypted topics and queues.
 */
const DELIVERING = ['sns.amazonaws.com', 'events.amazonaws.com', 'cloudwatch.amazonaws.com'];

/**
 * Adds a key for everything that keeps data. Its policy admits the services that use it by
 * themselves, for this account only: by their ARNs, the key would depend on what depends on it.
 */
export function addDataKey(scope: Construct, app: string): IKey {
  const key = new Key(scope, 'DataKey', { description: `Encrypts the data of ${app}`, enableKeyRotation: true });
  defaultNamed(key, 'DataKey');
  // In a key's policy `*` is this key.
  const resources = ['*'];
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Deliver',
      principals: DELIVERING.map((service) => new ServicePrincipal(service)),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources,
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'WriteLogs',
      principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      // CloudWatch Logs user guide, "Encrypt log data": Encrypt, Decrypt, ReEncrypt*,
      // GenerateDataKey* and Describe*, written out.
      actions: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:DescribeKey',
      ],
      resources,
      conditions: {
        ArnLike: {
          // The groups of functions and of containers.
          'kms:EncryptionContext:aws:logs:arn': ['lambda', 'ecs'].map((host) =>
            atStage(
              `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/${host}/${app}-{stage}*`,
            ),
          ),
        },
      },
    }),
  );
  return key as IKey; // CDK's declarations need it under exactOptionalPropertyTypes
}

/** Puts everything in `scope` that keeps data under the key. */
export function encryptWith(key: IKey, scope: Construct): void {
  for (const resource of scope.node.findAll()) {
    if (!CfnResource.isCfnResource(resource)) continue;
    const properties = ENCRYPTED[resource.cfnResourceType]?.(key.keyArn) ?? {};
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined) resource.addPropertyDeletionOverride(name);
      else resource.addPropertyOverride(name, value);
    }
  }
}

/** The permissions of components on the key: through the services that they use only. */
export function keyStatements(
  components: ReadonlyArray<Pick<ManifestComponent, 'grants' | 'config'>>,
  key: IKey | undefined,
): Statement[] {
  if (!key) return [];
  const actions = components.flatMap(({ grants, config }) => [
    ...grants.flatMap((grant) => grant.actions),
    ...(config?.access ?? []).map(({ action }) => action),
  ]);
  return [...new Set(actions.map((action) => action.split(':')[0] ?? ''))].flatMap((service) => through(service, key));
}

/** The permission to send to a queue under the key, beside those of `uses`. */
export function sendingStatements(key: IKey | undefined): Statement[] {
  return key ? through('sqs', key) : [];
}

function through(service: string, key: IKey): Statement[] {
  const actions = CALLER[service];
  if (!actions) return [];
  return [
    {
      Sid: `UseKeyBy${service.charAt(0).toUpperCase()}${service.slice(1)}`,
      Effect: 'Allow',
      Action: actions,
      Resource: key.keyArn,
      Condition: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
    },
  ];
}
