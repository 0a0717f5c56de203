import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { LocalAws } from '@twelvefold/local';
import { startLocalAws } from '@twelvefold/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { STACKS } from './dependencies.ts';

const ROLE = 'arn:aws:iam::123456789012:role/worker';
const ROOT = { accessKeyId: 'local', secretAccessKey: 'local' };
type Keys = typeof ROOT & { readonly sessionToken?: string };
const LAMBDA = 'lambda.amazonaws.com';
const CLOUDFORMATION = 'cloudformation.amazonaws.com';
const QUEUE = ['sqs:CreateQueue', 'sqs:DeleteQueue', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'];

let aws: LocalAws;
beforeEach(async () => {
  aws = await startLocalAws({ enforce: true });
});
afterEach(() => aws.close());

const as = (credentials: Keys = ROOT) => ({ endpoint: aws.url, region: 'eu-west-1', credentials, maxAttempts: 1 });
const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

/** The role `worker`, which `trusts` may assume and which may do `actions`. */
async function makeRole(actions: readonly string[], ...trusts: string[]): Promise<void> {
  const iam = new IAMClient(as());
  const trust = { Effect: 'Allow', Principal: { Service: trusts }, Action: 'sts:AssumeRole' };
  await iam.send(new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument: document(trust) }));
  if (actions.length === 0) return;
  const PolicyDocument = document({ Effect: 'Allow', Action: actions, Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'worker', PolicyName: 'p', PolicyDocument }));
}

async function session(): Promise<Keys> {
  const sts = new STSClient(as({ accessKeyId: LAMBDA, secretAccessKey: 'local' }));
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'session' }));
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

/** Makes a stack of a queue. Gives the status that it ends in. */
async function makeStack(keys: Keys, RoleARN?: string): Promise<string | undefined> {
  const TemplateBody = JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue' } } });
  const command = new CreateStackCommand({ StackName: 'app', TemplateBody, RoleARN });
  const { StackId } = await new CloudFormationClient(as(keys)).send(command);
  const { Stacks } = await until(
    'the stack is done',
    () => new CloudFormationClient(as()).send(new DescribeStacksCommand({ StackName: StackId })),
    (answer) => !/_IN_PROGRESS$/.test(answer.Stacks?.[0]?.StackStatus ?? ''),
  );
  return Stacks?.[0]?.StackStatus;
}

const isMade = async (stack: Promise<string | undefined>) => (await stack) === 'CREATE_COMPLETE';

const passes = (call: Promise<unknown>) =>
  call.then(
    () => true,
    (error: Error) => {
      expect(error.message).toMatch(/is not authorized to perform|is invalid or cannot be assumed/);
      return false;
    },
  );

const CASES: Readonly<Record<string, (permitted: boolean) => Promise<boolean>>> = {
  'cloudformation to resources': async (permitted) => {
    await makeRole(permitted ? QUEUE : [], CLOUDFORMATION);
    return isMade(makeStack(ROOT, ROLE));
  },
  'cloudformation as its caller': async (permitted) => {
    await makeRole(['cloudformation:*', ...(permitted ? QUEUE : [])], LAMBDA);
    return isMade(makeStack(await session()));
  },
  'cloudformation assumes a role': async (permitted) => {
    await makeRole(QUEUE, permitted ? CLOUDFORMATION : LAMBDA);
    return passes(makeStack(ROOT, ROLE));
  },
  'pass role to cloudformation': async (permitted) => {
    await makeRole(['cloudformation:*', ...QUEUE, ...(permitted ? ['iam:PassRole'] : [])], LAMBDA, CLOUDFORMATION);
    return passes(makeStack(await session(), ROLE));
  },
};

describe('what CloudFormation does for a user', () => {
  it.each(Object.keys(CASES))('%s: happens with the permission, and not without it', async (name) => {
    expect(await CASES[name]?.(true)).toBe(true);
    aws.reset();
    expect(await CASES[name]?.(false)).toBe(false);
  });

  it('has a case for every row', () => {
    expect(Object.keys(CASES)).toEqual(STACKS);
  });

  it('is in the events, and recorded with the role of the stack', async () => {
    await makeRole([], CLOUDFORMATION);
    expect(await makeStack(ROOT, ROLE)).toBe('ROLLBACK_COMPLETE');
    const { StackEvents = [] } = await new CloudFormationClient(as()).send(
      new DescribeStackEventsCommand({ StackName: 'app' }),
    );
    const failed = StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
    expect(failed?.ResourceStatusReason).toMatch(
      /is not authorized to perform: sqs:.*HandlerErrorCode: AccessDenied\)$/,
    );
    expect(aws.calls({ service: 'sqs' })[0]).toMatchObject({
      principal: 'arn:aws:sts::123456789012:assumed-role/worker/AWSCloudFormation',
      status: 403,
    });
  });
});
