import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandsOf, readPage } from '../support/page-commands.ts';

const run = promisify(execFile);
const CDK = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin/cdk');
const APP = join(import.meta.dirname, 'fixtures/cdk-app.ts');

let aws: LocalAws;
let folder: string;
beforeAll(async () => {
  aws = await startLocalAws({ enforce: true });
  folder = await mkdtemp(join(tmpdir(), 'twelvefold-cdk-'));
});
afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});

const BOOTSTRAP = ['bootstrap', 'aws://123456789012/eu-west-1'];
const DEPLOY = ['deploy', '--require-approval', 'never'];

it('runs the commands of the page', () => {
  const commands = commandsOf(readPage('docs/local-aws.md')).map(({ command }) => command);
  expect(commands.filter((command) => command.startsWith('npx cdk '))).toEqual(
    [BOOTSTRAP, DEPLOY].map((words) => `npx cdk ${words.join(' ')}`),
  );
});

const client = () => ({
  endpoint: aws.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

/** The command line of the CDK, against the endpoint. */
async function cdk(command: readonly string[], step = '1'): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: aws.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CI: 'true',
    STEP: step,
  };
  const options = ['--app', `${process.execPath} ${APP}`, '--output', join(folder, 'cdk.out'), '--no-notices'];
  const { stdout, stderr } = await run(process.execPath, [CDK, ...command, ...options], { env, cwd: folder });
  return stdout + stderr;
}

const stack = async (StackName: string) =>
  (await new CloudFormationClient(client()).send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];

const deploy = (step: string) => cdk([...DEPLOY, '--outputs-file', join(folder, 'outputs.json')], step);

it('cdk bootstrap, deploy, a second deploy that adds to the stack, and destroy', { timeout: 600_000 }, async () => {
  await cdk(BOOTSTRAP);
  expect(await stack('CDKToolkit')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });

  await deploy('1');
  expect(await stack('orders')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
  const { orders: outputs }: { orders: Record<string, string> } = JSON.parse(
    await readFile(join(folder, 'outputs.json'), 'utf8'),
  );
  expect(outputs.QueueUrl).toContain('/123456789012/orders-Orders');
  // The CLI has assumed the bootstrap's roles, and the stack was made with CloudFormation's own.
  const principals = new Set(aws.calls({ service: 'sqs', operation: 'CreateQueue' }).map(({ principal }) => principal));
  const role = 'cdk-hnb659fds-cfn-exec-role-123456789012-eu-west-1';
  expect([...principals]).toEqual([`arn:aws:sts::123456789012:assumed-role/${role}/AWSCloudFormation`]);

  expect(await deploy('1')).toContain('(no changes)');
  await deploy('2');
  expect(await stack('orders')).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
  const { Table } = await new DynamoDBClient(client()).send(new DescribeTableCommand({ TableName: outputs.TableName }));
  expect(Table?.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'byCustomer' }]);
  const { StackResourceSummaries: resources = [] } = await new CloudFormationClient(client()).send(
    new ListStackResourcesCommand({ StackName: 'orders' }),
  );
  const audit = resources.find(({ LogicalResourceId: id }) => id?.startsWith('Audit') && !id.includes('Policy'));
  await new SNSClient(client()).send(new PublishCommand({ TopicArn: outputs.TopicArn, Message: 'hello' }));
  const { Messages } = await new SQSClient(client()).send(
    new ReceiveMessageCommand({ QueueUrl: audit?.PhysicalResourceId, WaitTimeSeconds: 10 }),
  );
  expect(Messages?.[0]?.Body).toBe('hello');

  await cdk(['destroy', '--force']);
  await expect(stack('orders')).rejects.toThrow('Stack with id orders does not exist');
});
