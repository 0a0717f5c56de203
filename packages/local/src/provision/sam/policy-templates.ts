// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import type { Fields } from './sam-resource.ts';

interface Grant {
  readonly actions: readonly string[];
  /** `*`, or ARNs as text of `Fn::Sub`; `${QueueName}` is a parameter of the template. */
  readonly resources: '*' | readonly string[];
}

/** @param actions - of the service, separated by spaces */
const grant = (service: string, actions: string, resources: Grant['resources']): Grant => ({
  actions: actions.split(' ').map((action) => `${service}:${action}`),
  resources,
});

const here = (service: string, resource: string) =>
  `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;

const QUEUE = [here('sqs', '${QueueName}')];
const TABLE = here('dynamodb', 'table/${TableName}');
const TABLE_AND_INDEXES = [TABLE, `${TABLE}/index/*`];
const BUCKET = 'arn:${AWS::Partition}:s3:::${BucketName}';
const BUCKET_AND_OBJECTS = [BUCKET, `${BUCKET}/*`];
const KEY = [here('kms', 'key/${KeyId}')];

const parameters = (resource: string) => [
  grant('ssm', 'DescribeParameters', '*'),
  grant('ssm', 'GetParameters GetParameter GetParametersByPath', [here('ssm', resource)]),
];

/**
 * SAM's policy templates for services that the endpoint has. Source: the SAM developer guide,
 * "Policy
 * template list".
 */
const TEMPLATES: Readonly<Record<string, readonly Grant[]>> = {
  AWSSecretsManagerGetSecretValuePolicy: [grant('secretsmanager', 'GetSecretValue', ['${SecretArn}'])],
  CloudWatchPutMetricPolicy: [grant('cloudwatch', 'PutMetricData', '*')],
  DynamoDBCrudPolicy: [
    grant(
      'dynamodb',
      'GetItem DeleteItem PutItem Scan Query UpdateItem BatchWriteItem BatchGetItem DescribeTable ConditionCheckItem',
      TABLE_AND_INDEXES,
    ),
  ],
  DynamoDBReadPolicy: [grant('dynamodb', 'GetItem Scan Query BatchGetItem DescribeTable', TABLE_AND_INDEXES)],
  DynamoDBReconfigurePolicy: [grant('dynamodb', 'UpdateTable', [TABLE])],
  DynamoDBStreamReadPolicy: [
    grant('dynamodb', 'DescribeStream GetRecords GetShardIterator', [`${TABLE}/stream/\${StreamName}`]),
    grant('dynamodb', 'ListStreams', [`${TABLE}/stream/*`]),
  ],
  DynamoDBWritePolicy: [grant('dynamodb', 'PutItem UpdateItem BatchWriteItem', TABLE_AND_INDEXES)],
  EcsRunTaskPolicy: [grant('ecs', 'RunTask', [here('ecs', 'task-definition/${TaskDefinition}')])],
  EventBridgePutEventsPolicy: [grant('events', 'PutEvents', [here('events', 'event-bus/${EventBusName}')])],
  FilterLogEventsPolicy: [grant('logs', 'FilterLogEvents', [here('logs', 'log-group:${LogGroupName}:log-stream:*')])],
  KMSDecryptPolicy: [grant('kms', 'Decrypt', KEY)],
  KMSEncryptPolicy: [grant('kms', 'Encrypt', KEY)],
  LambdaInvokePolicy: [grant('lambda', 'InvokeFunction', [here('lambda', 'function:${FunctionName}*')])],
  S3CrudPolicy: [
    grant(
      's3',
      'GetObject ListBucket GetBucketLocation GetObjectVersion PutObject PutObjectAcl GetLifecycleConfiguration PutLifecycleConfiguration DeleteObject',
      BUCKET_AND_OBJECTS,
    ),
  ],
  S3FullAccessPolicy: [
    grant(
      's3',
      'GetObject GetObjectAcl GetObjectVersion PutObject PutObjectAcl DeleteObject DeleteObjectTagging DeleteObjectVersionTagging GetObjectTagging GetObjectVersionTagging PutObjectTagging PutObjectVersionTagging',
      [`${BUCKET}/*`],
    ),
    grant('s3', 'ListBucket GetBucketLocation GetLifecycleConfiguration PutLifecycleConfiguration', [BUCKET]),
  ],
  S3ReadPolicy: [
    grant(
      's3',
      'GetObject ListBucket GetBucketLocation GetObjectVersion GetLifecycleConfiguration',
      BUCKET_AND_OBJECTS,
    ),
  ],
  S3WritePolicy: [grant('s3', 'PutObject PutObjectAcl PutLifecycleConfiguration', BUCKET_AND_OBJECTS)],
  SNSCrudPolicy: [
    grant('sns', 'ListSubscriptionsByTopic CreateTopic SetTopicAttributes Subscribe Publish', [
      here('sns', '${TopicName}*'),
    ]),
  ],
  SNSPublishMessagePolicy: [grant('sns', 'Publish', [here('sns', '${TopicName}')])],
  SQSPollerPolicy: [
    grant(
      'sqs',
      'ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch GetQueueAttributes ReceiveMessage',
      QUEUE,
    ),
  ],
  SQSSendMessagePolicy: [grant('sqs', 'SendMessage*', QUEUE)],
  SSMParameterReadPolicy: parameters('parameter/${ParameterName}'),
  // The name begins with the slash.
  SSMParameterWithSlashPrefixReadPolicy: parameters('parameter${ParameterName}'),
};

const PARAMETER = /\$\{(\w+)\}/g;

/**
 * The policy document of a policy template, e.g. `{ SQSSendMessagePolicy: { QueueName } }`;
 * undefined
 * for one that is not known here.
 *
 * @param at - where it is used, for the error
 * @throws TypeError naming the parameters that are missing, which SAM refuses
 */
export function policyOfTemplate(policy: Fields, at: string): Fields | undefined {
  const [[name, given] = ['', {}], ...others] = Object.entries(policy);
  if (others.length > 0 || !Object.hasOwn(TEMPLATES, name)) return undefined;
  const values = given as Fields | undefined; // the template's, by name
  const grants = TEMPLATES[name] ?? [];
  const names = new Set(
    grants.flatMap(({ resources }) =>
      [...[resources].flat().join(' ').matchAll(PARAMETER)].map(([, one]) => one ?? ''),
    ),
  );
  const missing = [...names].filter((one) => values?.[one] === undefined);
  if (missing.length > 0) {
    throw new TypeError(`Cannot read the template: ${at} uses ${name} without its parameters ${missing.join(', ')}`);
  }
  const variables = Object.fromEntries([...names].map((one) => [one, values?.[one]]));
  return {
    Statement: grants.map(({ actions, resources }) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: resources === '*' ? '*' : resources.map((text) => ({ 'Fn::Sub': [text, variables] })),
    })),
  };
}
