import { readFile } from 'node:fs/promises';
import type { ChangeSetType, CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  CloudFormationClient as Client,
  CreateChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStackResourcesCommand,
  waitUntilChangeSetCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createAws } from '@twelvefold/aws';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pushConfig } from '../../examples/orders/local/push-config.ts';
import { jsonLines } from '../support/json-lines.ts';
import type { RunningEntry } from '../support/run-entry.ts';
import { runEntry } from '../support/run-entry.ts';
import { until } from '../support/until.ts';

const ACCESS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const TEMPLATE = new URL('../../infra/templates/orders.template.json', import.meta.url);

interface Template {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

let aws: LocalAws;
let entry: RunningEntry | undefined;
let cloudFormation: CloudFormationClient;
beforeEach(async () => {
  aws = await startLocalAws();
  cloudFormation = new Client(client());
});
afterEach(async () => {
  entry?.child.kill('SIGKILL');
  await entry?.exited;
  await aws.close();
});

const client = () => ({
  endpoint: aws.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

/**
 * Deploys as `aws cloudformation deploy` does: a change set, its wait, its execution, the stack's
 * wait.
 */
async function deploy(template: object, ChangeSetType: ChangeSetType) {
  const names = { StackName: 'orders-dev', ChangeSetName: `change-${ChangeSetType.toLowerCase()}` };
  await cloudFormation.send(
    new CreateChangeSetCommand({
      ...names,
      ChangeSetType,
      TemplateBody: JSON.stringify(template),
      Parameters: [{ ParameterKey: 'Stage', ParameterValue: 'dev' }],
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  await waitUntilChangeSetCreateComplete({ client: cloudFormation, maxWaitTime: 60 }, names);
  await cloudFormation.send(new ExecuteChangeSetCommand(names));
  return until(
    'the stack is done',
    async () => (await cloudFormation.send(new DescribeStacksCommand(names))).Stacks?.[0],
    (stack) => !/_IN_PROGRESS$/.test(stack?.StackStatus ?? '_IN_PROGRESS'),
  );
}

async function physicalIds(): Promise<Record<string, string>> {
  const { StackResourceSummaries: all = [] } = await cloudFormation.send(
    new ListStackResourcesCommand({ StackName: 'orders-dev' }),
  );
  return Object.fromEntries(
    all.map(({ LogicalResourceId: id = '', PhysicalResourceId: physical = '' }) => [id, physical]),
  );
}

/** A session's cookie, then one read with it: a write and a read of the app's tables. */
async function useApp(url: string): Promise<number> {
  const session = await fetch(`${url}/sessions`, { method: 'POST', body: '{"userId":"ada"}' });
  const cookie = session.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return (await fetch(`${url}/me`, { headers: { cookie } })).status;
}

/** The template with an index, a queue and its subscription more. */
function extended(template: Template): Template {
  const next = structuredClone(template);
  const table = next.Resources.IdempotencyTable;
  const definitions = table?.Properties.AttributeDefinitions as object[]; // CloudFormation
  definitions.push({ AttributeName: 'owner', AttributeType: 'S' });
  Object.assign(table?.Properties ?? {}, {
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byOwner',
        KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  Object.assign(next.Resources, {
    AuditQueue: { Type: 'AWS::SQS::Queue', Properties: {} },
    AuditSubscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'EventsTopic' },
        Protocol: 'sqs',
        Endpoint: { 'Fn::GetAtt': ['AuditQueue', 'Arn'] },
        RawMessageDelivery: true,
      },
    },
  });
  return next;
}

it('a stack of the example is created by a change set, and gets an index, a queue and a subscription while the app runs', async () => {
  const template: Template = JSON.parse(await readFile(TEMPLATE, 'utf8'));
  expect(await deploy(template, 'CREATE')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
  await pushConfig(createAws({ env: ACCESS, endpoint: aws.url }), 'dev');
  const env = { ...ACCESS, AWS_ENDPOINT_URL: aws.url, TWELVEFOLD_STAGE: 'dev', PORT: '0' };
  const running = runEntry('examples/orders/dist/ecs.js', [], env);
  entry = running;
  const port = await until(
    'the service listens',
    () => jsonLines(running.stdout()).find(({ message }) => String(message).startsWith('listening on port'))?.port,
    (found) => found !== undefined,
  );
  const url = `http://127.0.0.1:${port}`;
  await until(
    'the service is ready',
    async () => (await fetch(`${url}/health/ready`)).status,
    (status) => status === 200,
  );
  const before = await physicalIds();

  // Requests go on during the update.
  const statuses: number[] = [];
  let isOver = false;
  const requests = (async () => {
    while (!isOver) statuses.push(await useApp(url));
  })();
  const updated = await deploy(extended(template), 'UPDATE');
  isOver = true;
  await requests;
  expect(updated).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await useApp(url)).toBe(200);

  const after = await physicalIds();
  expect(after).toMatchObject(before);
  const { Table } = await new DynamoDBClient(client()).send(
    new DescribeTableCommand({ TableName: after.IdempotencyTable }),
  );
  expect(Table?.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'byOwner', IndexStatus: 'ACTIVE' }]);
  await new SNSClient(client()).send(new PublishCommand({ TopicArn: after.EventsTopic, Message: 'hello' }));
  const { Messages } = await new SQSClient(client()).send(
    new ReceiveMessageCommand({ QueueUrl: after.AuditQueue, WaitTimeSeconds: 10 }),
  );
  expect(Messages?.[0]?.Body).toBe('hello');
});
