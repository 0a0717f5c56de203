import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsCli, hasAwsCli } from './aws-cli.ts';
import { outputsOf, settings, stacksOf } from './cloudformation.fixture.ts';

let aws: LocalAws;
let folder: string;
beforeAll(async () => {
  aws = await startLocalAws();
  folder = await mkdtemp(join(tmpdir(), 'twelvefold-cli-'));
});
afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => aws.reset());

const run = promisify(execFile);

const template = (properties: string) => `
Parameters:
  Delay: { Type: Number, Default: 5 }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }]
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !Ref Delay
${properties}
Outputs:
  Url: { Value: !Ref Orders }
`;

/** `aws cloudformation deploy`: what it prints, or its standard error. */
async function deploy(text: string, ...options: string[]): Promise<string> {
  const file = join(folder, 'template.yaml');
  await writeFile(file, text);
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: aws.url,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const command = ['cloudformation', 'deploy', '--stack-name', 'app', '--template-file', file, ...options];
  try {
    const { stdout } = await run('aws', command, { env });
    return stdout;
  } catch (error) {
    return String((error as { stderr?: string }).stderr); // of execFile
  }
}

describe.skipIf(!hasAwsCli)('aws cloudformation deploy (needs aws-cli)', () => {
  it('creates a stack, updates it, and says when there is nothing to do', { timeout: 300_000 }, async () => {
    const stacks = stacksOf(aws);
    expect(await deploy(template(''))).toContain('Requires capabilities : [CAPABILITY_IAM]');
    const iam = ['--capabilities', 'CAPABILITY_IAM'];
    expect(await deploy(template(''), ...iam)).toContain('Successfully created/updated stack - app');
    const first = await stacks.describe('app');
    expect(first.StackStatus).toBe('CREATE_COMPLETE');
    const changed = template('      VisibilityTimeout: 60');
    expect(await deploy(changed, ...iam, '--parameter-overrides', 'Delay=7')).toContain('Successfully created/updated');
    const second = await stacks.describe('app');
    expect(second).toMatchObject({ StackStatus: 'UPDATE_COMPLETE', StackId: first.StackId });
    expect(outputsOf(second)).toEqual(outputsOf(first));
    // Without an override the last value stays.
    expect(await deploy(changed, ...iam)).toContain('No changes to deploy. Stack app is up to date');
    const listed = await awsCli(aws.url, 'cloudformation', 'list-stack-resources', '--stack-name', 'app');
    expect(listed).toMatchObject({
      StackResourceSummaries: [{ LogicalResourceId: 'Role' }, { LogicalResourceId: 'Orders' }],
    });
    const queue = [
      'sqs',
      'get-queue-attributes',
      '--queue-url',
      outputsOf(second).Url ?? '',
      '--attribute-names',
      'All',
    ];
    expect(await awsCli(aws.url, ...queue)).toMatchObject({
      Attributes: { DelaySeconds: '7', VisibilityTimeout: '60' },
    });
    await awsCli(aws.url, 'cloudformation', 'delete-stack', '--stack-name', 'app');
    await stacks.settled(first.StackId ?? '');
    expect(await awsCli(aws.url, 'cloudformation', 'describe-stacks')).toEqual({ Stacks: [] });
  });

  it('uploads a template to a bucket, and reports a failure', { timeout: 300_000 }, async () => {
    await new S3Client({ ...settings(aws), forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'deployments' }),
    );
    const options = ['--capabilities', 'CAPABILITY_IAM', '--s3-bucket', 'deployments'];
    expect(await deploy(template(''), ...options)).toContain('Successfully created/updated stack - app');
    expect(aws.calls({ service: 's3', operation: 'GetObject' })).toHaveLength(1);
    const failed = await deploy(template(''), ...options, '--parameter-overrides', 'Delay=901');
    expect(failed).toContain('Failed to create/update the stack');
    expect((await stacksOf(aws).describe('app')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});
