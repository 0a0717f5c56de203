import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeTasksCommand, ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { AddPermissionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as S3 from '@aws-sdk/client-s3';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import * as SM from '@aws-sdk/client-secrets-manager';
import * as SNS from '@aws-sdk/client-sns';
import * as SQS from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { LocalAws } from '@twelvefold/local';
import { createClock, startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { DEPENDENCIES, LAUNCHED, STACKS } from './dependencies.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const FUNCTION = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:f`;
const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:events`;
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:orders`;
let aws: LocalAws;
let invoked: unknown[];
const ROOT = { accessKeyId: 'local', secretAccessKey: 'local' };
type Keys = typeof ROOT & { readonly sessionToken?: string };
const as = (credentials: Keys = ROOT) => ({
  endpoint: aws.url,
  region: REGION,
  credentials,
  maxAttempts: 1,
  forcePathStyle: true,
});

beforeEach(async () => {
  aws = await startLocalAws({ enforce: true, clock: createClock(() => Date.UTC(2026, 10, 20, 12)) });
  invoked = [];
  aws.functions.register(FUNCTION, async (event) => {
    invoked.push(event);
    return {};
  });
});
afterEach(() => aws.close());
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

/** The role `worker`, which the services trust and which may do `actions`. */
async function makeRole(actions: readonly string[], trusts: readonly string[] = ['lambda.amazonaws.com']) {
  const iam = new IAMClient(as());
  const statement = { Effect: 'Allow', Principal: { Service: trusts }, Action: 'sts:AssumeRole' };
  await iam.send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument: document(statement) }));
  if (actions.length === 0) return;
  const PolicyDocument = document({ Effect: 'Allow', Action: actions, Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'p', PolicyDocument }));
}

/** Keys of a session of the role. */
async function session(): Promise<Keys> {
  const { Credentials: keys } = await new STSClient(as()).send(
    new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session' }),
  );
  return {
    accessKeyId: keys?.AccessKeyId ?? '',
    secretAccessKey: keys?.SecretAccessKey ?? '',
    sessionToken: keys?.SessionToken ?? '',
  };
}
const sqs = () => new SQS.SQSClient(as());
const urlOf = (name: string) => `${aws.url}/${ACCOUNT}/${name}`;

/** A queue that lets a service send for a source. */
async function makeQueue(name: string, from: string | undefined, attributes: Record<string, string> = {}) {
  const Policy = document({
    Effect: 'Allow',
    Principal: { Service: from },
    Action: 'sqs:SendMessage',
    Resource: '*',
    Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:${from?.split('.')[0]}:*:*:*` } },
  });
  const Attributes = { ...attributes, ...(from === undefined ? {} : { Policy }) };
  await sqs().send(new SQS.CreateQueueCommand({ QueueName: name, Attributes }));
}
async function bodies(name: string): Promise<string[]> {
  const { Messages = [] } = await sqs().send(
    new SQS.ReceiveMessageCommand({ QueueUrl: urlOf(name), MaxNumberOfMessages: 10 }),
  );
  return Messages.map(({ Body = '' }) => Body);
}

async function allowInvoke(principal: string, SourceArn: string): Promise<void> {
  await new LambdaClient(as()).send(
    new AddPermissionCommand({
      FunctionName: 'f',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: principal,
      SourceArn,
    }),
  );
}

async function makeTopic(protocol: 'sqs' | 'lambda', Endpoint: string, RedrivePolicy?: string) {
  const sns = new SNS.SNSClient(as());
  await sns.send(new SNS.CreateTopicCommand({ Name: 'events' }));
  const Attributes: Record<string, string> = protocol === 'sqs' ? { RawMessageDelivery: 'true' } : {};
  if (RedrivePolicy !== undefined) Attributes.RedrivePolicy = RedrivePolicy;
  await sns.send(new SNS.SubscribeCommand({ TopicArn: TOPIC, Protocol: protocol, Endpoint, Attributes }));
}
const publish = (Message = 'placed') =>
  new SNS.SNSClient(as()).send(new SNS.PublishCommand({ TopicArn: TOPIC, Message }));
/** The last check of a service that the endpoint logged for this action. */
const checked = (action: string) =>
  aws.calls().findLast(({ touched, accessKeyId }) => accessKeyId === '' && touched[0]?.action === action);
const untilChecked = (action: string) =>
  until(
    `${action} is checked`,
    async () => checked(action),
    (call) => call !== undefined,
  );

/** A key of the customer, whose policy lets the account decide, and a service. */
async function makeKey(service?: string): Promise<string> {
  const Policy = document(
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
    ...(service === undefined
      ? []
      : [
          {
            Effect: 'Allow',
            Principal: { Service: service },
            Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
            Resource: '*',
          },
        ]),
  );
  const { KeyMetadata } = await new KMSClient(as()).send(new CreateKeyCommand({ Policy }));
  return KeyMetadata?.Arn ?? '';
}
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'allowed',
    (error: Error) => error.message,
  );

/** Returns whether the effect of a row happens: with the permission it does, without it not. */
const CASES: Readonly<Record<string, (permitted: boolean) => Promise<boolean>>> = {
  'sns to sqs': async (permitted) => {
    await makeQueue('orders', permitted ? 'sns.amazonaws.com' : 's3.amazonaws.com');
    await makeQueue('dead', 'sns.amazonaws.com');
    await makeTopic('sqs', QUEUE, JSON.stringify({ deadLetterTargetArn: QUEUE.replace('orders', 'dead') }));
    await publish();
    expect(await bodies('dead')).toEqual(permitted ? [] : ['placed']);
    return (await bodies('orders')).length === 1;
  },
  'sns to encrypted sqs': async (permitted) => {
    const KmsMasterKeyId = await makeKey(permitted ? 'sns.amazonaws.com' : undefined);
    await makeQueue('orders', 'sns.amazonaws.com', { KmsMasterKeyId });
    await makeTopic('sqs', QUEUE);
    await publish();
    return (await bodies('orders')).length === 1;
  },
  'sns to lambda': async (permitted) => {
    await allowInvoke('sns.amazonaws.com', permitted ? TOPIC : `${TOPIC}-other`);
    await makeTopic('lambda', FUNCTION);
    await publish();
    await untilChecked('lambda:InvokeFunction');
    return checked('lambda:InvokeFunction')?.status === 200;
  },
  's3 to sqs': async (permitted) => {
    await makeQueue('orders', permitted ? 's3.amazonaws.com' : 'sns.amazonaws.com');
    return notify({ QueueConfigurations: [{ QueueArn: QUEUE, Events: ['s3:ObjectCreated:*'] }] });
  },
  's3 to sns': async (permitted) => {
    await new SNS.SNSClient(as()).send(new SNS.CreateTopicCommand({ Name: 'events' }));
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: TOPIC,
      Condition: { StringEquals: { 'aws:SourceAccount': permitted ? ACCOUNT : '999999999999' } },
    };
    await new SNS.SNSClient(as()).send(
      new SNS.SetTopicAttributesCommand({
        TopicArn: TOPIC,
        AttributeName: 'Policy',
        AttributeValue: document(statement),
      }),
    );
    return notify({ TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectCreated:*'] }] });
  },
  's3 to lambda': async (permitted) => {
    if (permitted) await allowInvoke('s3.amazonaws.com', 'arn:aws:s3:::bucket');
    const worked = await notify({
      LambdaFunctionConfigurations: [{ LambdaFunctionArn: FUNCTION, Events: ['s3:ObjectCreated:*'] }],
    });
    if (!worked) return false;
    await new S3.S3Client(as()).send(new S3.PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: 'x' }));
    await until(
      'the function runs',
      async () => invoked.length,
      (count) => count > 0,
    );
    return true;
  },
  'events to lambda': async (permitted) => {
    const events = new EventBridgeClient(as());
    const { RuleArn } = await events.send(new PutRuleCommand({ Name: 'r', ScheduleExpression: 'rate(1 hour)' }));
    await allowInvoke('events.amazonaws.com', permitted ? (RuleArn ?? '') : `${RuleArn}-other`);
    await events.send(new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: '1', Arn: FUNCTION }] }));
    aws.clock.advance(3_600_000);
    await untilChecked('lambda:InvokeFunction');
    return checked('lambda:InvokeFunction')?.status === 200;
  },
  'scheduler to lambda': async (permitted) => {
    await makeRole(permitted ? ['lambda:InvokeFunction'] : [], ['scheduler.amazonaws.com']);
    await schedule();
    aws.clock.advance(3_600_000);
    await untilChecked('lambda:InvokeFunction');
    return checked('lambda:InvokeFunction')?.status === 200;
  },
  'scheduler to sqs': async (permitted) => {
    await makeRole(permitted ? ['sqs:SendMessage'] : [], ['scheduler.amazonaws.com']);
    await makeQueue('dead', undefined);
    await schedule(ROOT, QUEUE.replace('orders', 'dead'));
    aws.clock.advance(3_600_000);
    await untilChecked('sqs:SendMessage');
    return (await bodies('dead')).length === 1;
  },
  'pass role to scheduler': async (permitted) => {
    await makeRole(['scheduler:*', ...(permitted ? ['iam:PassRole'] : [])], ['scheduler.amazonaws.com']);
    return passes(schedule(await session()));
  },
  'pass role to ecs': async (permitted) => {
    register();
    await makeRole(['ecs:*', ...(permitted ? ['iam:PassRole'] : [])], ['ecs-tasks.amazonaws.com']);
    return passes(new ECSClient(as(await session())).send(new RunTaskCommand({ taskDefinition: 'web' })));
  },
  'pass role to events': async (permitted) => {
    await makeRole(['events:*', ...(permitted ? ['iam:PassRole'] : [])]);
    const command = new PutRuleCommand({ Name: 'r', ScheduleExpression: 'rate(1 hour)', RoleArn: ROLE });
    return passes(new EventBridgeClient(as(await session())).send(command));
  },
  'ecs to task role': async (permitted) => {
    register();
    await makeRole([], permitted ? ['ecs-tasks.amazonaws.com'] : ['lambda.amazonaws.com']);
    const [task] = await runToEnd();
    if (task?.stopCode === 'TaskFailedToStart') expect(task.stoppedReason).toContain('unable to assume the role');
    return task?.stopCode !== 'TaskFailedToStart';
  },
  'ecs to logs': (permitted) => writesLines(permitted ? LOGS : []),
  'secrets manager to lambda': async (permitted) => {
    const secrets = new SM.SecretsManagerClient(as());
    const { ARN = '' } = await secrets.send(new SM.CreateSecretCommand({ Name: 's', SecretString: 'x' }));
    await allowInvoke('secretsmanager.amazonaws.com', permitted ? ARN : `${ARN}-other`);
    const rotate = secrets.send(
      new SM.RotateSecretCommand({
        SecretId: ARN,
        RotationLambdaARN: FUNCTION,
        RotationRules: { AutomaticallyAfterDays: 1 },
      }),
    );
    const answer = await refusal(rotate);
    if (!permitted) expect(answer).toContain('cannot invoke the specified Lambda function');
    return answer === 'allowed';
  },
  'secrets manager to kms': async (permitted) => {
    const KmsKeyId = await makeKey();
    await new SM.SecretsManagerClient(as()).send(
      new SM.CreateSecretCommand({ Name: 's', SecretString: 'x', KmsKeyId }),
    );
    await makeRole(['secretsmanager:*', ...(permitted ? ['kms:Decrypt'] : [])]);
    const client = new SM.SecretsManagerClient(as(await session()));
    return passes(client.send(new SM.GetSecretValueCommand({ SecretId: 's' })));
  },
  'parameter store to kms': async (permitted) => {
    const KeyId = await makeKey();
    await new SSMClient(as()).send(new PutParameterCommand({ Name: '/p', Value: 'x', Type: 'SecureString', KeyId }));
    await makeRole(['ssm:*', ...(permitted ? ['kms:Decrypt'] : [])]);
    const client = new SSMClient(as(await session()));
    return passes(client.send(new GetParameterCommand({ Name: '/p', WithDecryption: true })));
  },
  'sqs to kms': async (permitted) => {
    await makeQueue('orders', undefined, { KmsMasterKeyId: await makeKey() });
    await makeRole(['sqs:*', 'kms:GenerateDataKey', ...(permitted ? ['kms:Decrypt'] : [])]);
    const client = new SQS.SQSClient(as(await session()));
    return passes(client.send(new SQS.SendMessageCommand({ QueueUrl: urlOf('orders'), MessageBody: 'x' })));
  },
  'sns to kms': async (permitted) => {
    const KmsMasterKeyId = await makeKey();
    await new SNS.SNSClient(as()).send(new SNS.CreateTopicCommand({ Name: 'events', Attributes: { KmsMasterKeyId } }));
    await makeRole(['sns:*', 'kms:GenerateDataKey', ...(permitted ? ['kms:Decrypt'] : [])]);
    const client = new SNS.SNSClient(as(await session()));
    return passes(client.send(new SNS.PublishCommand({ TopicArn: TOPIC, Message: 'x' })));
  },
  'move task': async (permitted) => {
    await makeQueue('dead', undefined);
    await makeQueue('orders', undefined, {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: QUEUE.replace('orders', 'dead'), maxReceiveCount: '1' }),
    });
    const all = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'SendMessage'];
    await makeRole(all.filter((name) => permitted || name !== 'DeleteMessage').map((name) => `sqs:${name}`));
    const client = new SQS.SQSClient(as(await session()));
    return passes(client.send(new SQS.StartMessageMoveTaskCommand({ SourceArn: QUEUE.replace('orders', 'dead') })));
  },
};

const LOGS = DEPENDENCIES['ecs to logs']?.actions ?? [];
async function writesLines(actions: readonly string[]): Promise<boolean> {
  register();
  await makeRole(actions, ['ecs-tasks.amazonaws.com']);
  await runToEnd();
  const lines = new CloudWatchLogsClient(as()).send(new FilterLogEventsCommand({ logGroupName: '/ecs/web' }));
  return lines.then(
    ({ events }) => events?.[0]?.message === 'hello',
    () => false,
  );
}

/** Whether the work is allowed; what refuses it must be a lack of permission. */
async function passes(work: Promise<unknown>): Promise<boolean> {
  const answer = await refusal(work);
  if (answer !== 'allowed') expect(answer).toMatch(/is not authorized to perform: \S+ on resource: /);
  return answer === 'allowed';
}

/** Whether S3 takes a configuration of notifications. */
async function notify(NotificationConfiguration: object): Promise<boolean> {
  const s3 = new S3.S3Client(as());
  await s3.send(new S3.CreateBucketCommand({ Bucket: 'bucket' }));
  const put = s3.send(
    new S3.PutBucketNotificationConfigurationCommand({ Bucket: 'bucket', NotificationConfiguration }),
  );
  const answer = await refusal(put);
  if (answer !== 'allowed') expect(answer).toBe('Unable to validate the following destination configurations');
  return answer === 'allowed';
}

const schedule = (keys: Keys = ROOT, deadLetterArn?: string) =>
  new SchedulerClient(as(keys)).send(
    new CreateScheduleCommand({
      Name: 's',
      ScheduleExpression: 'rate(1 hour)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: FUNCTION,
        RoleArn: ROLE,
        ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
      },
    }),
  );

/** A task definition whose container says hello and ends. */
function register(): void {
  aws.containers.register({
    family: 'web',
    containerName: 'app',
    taskRoleArn: ROLE,
    executionRoleArn: ROLE,
    start: async ({ onLine, env }) => {
      expect(env.AWS_SESSION_TOKEN).toBeTruthy();
      onLine('hello');
      return { exited: Promise.resolve(0), stop: async () => {} };
    },
  });
}

async function runToEnd() {
  const ecs = new ECSClient(as());
  const { tasks = [] } = await ecs.send(new RunTaskCommand({ taskDefinition: 'web' }));
  return until(
    'the task ends',
    async () =>
      (await ecs.send(new DescribeTasksCommand({ tasks: tasks.map(({ taskArn = '' }) => taskArn) }))).tasks ?? [],
    ([task]) => task?.lastStatus === 'STOPPED',
  );
}

describe('what a service does for a user', () => {
  it.each(Object.keys(CASES))('%s: happens with the permission', async (name) => {
    expect(await CASES[name]?.(true)).toBe(true);
  });

  it.each(Object.keys(CASES))('%s: does not without it', async (name) => {
    expect(await CASES[name]?.(false)).toBe(false);
  });

  it.each(LOGS)('ecs to logs: does not without %s', async (missing) => {
    expect(await writesLines(LOGS.filter((action) => action !== missing))).toBe(false);
  });

  it('has a case and a source for every row', () => {
    expect([...Object.keys(CASES), ...LAUNCHED, ...STACKS].sort()).toEqual(Object.keys(DEPENDENCIES).sort());
    for (const { source } of Object.values(DEPENDENCIES)) expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });
});
