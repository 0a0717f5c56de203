import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LaunchedStack, LocalAws } from '@twelvefold/local';
import { launchStack, provision, startLocalAws } from '@twelvefold/local';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { LAUNCHED } from './dependencies.ts';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const CODE = `export const handler = async (event) => {
  process.stdout.write('ran\\n');
  return { statusCode: 200, body: 'ok' };
};`;

let bundleDirectory: string;
let aws: LocalAws;
let launched: LaunchedStack | undefined;
let lines: string[];
let errors: string[];

beforeAll(async () => {
  bundleDirectory = await mkdtemp(join(tmpdir(), 'launched-'));
  await writeFile(join(bundleDirectory, 'f.mjs'), CODE);
});
afterAll(() => rm(bundleDirectory, { recursive: true }));
beforeEach(async () => {
  aws = await startLocalAws({ enforce: true });
  lines = [];
  errors = [];
});
afterEach(async () => {
  await launched?.stop();
  launched = undefined;
  await aws.close();
});

const client = () => ({ endpoint: aws.url, region, credentials });

/** Starts the function `orders`, whose role may do `actions`, with other resources. */
async function launch(actions: readonly string[], resources: object = {}, trusts = 'lambda.amazonaws.com') {
  const allowed = [{ Effect: 'Allow', Action: ['none:None', ...actions], Resource: '*' }];
  const template = {
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Principal: { Service: trusts }, Action: 'sts:AssumeRole' }],
          },
          Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: allowed } }],
        },
      },
      F: {
        Type: 'AWS::Lambda::Function',
        Metadata: { 'twelvefold:entry': 'f.mjs' },
        Properties: {
          FunctionName: 'orders',
          Handler: 'f.handler',
          Timeout: 20,
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        },
      },
      ...resources,
    },
  };
  const stack = await provision(template, { endpoint: aws.url, region, credentials, parameters: {} });
  launched = await launchStack(stack, {
    bundleDirectory,
    endpoint: aws.url,
    region,
    credentials,
    onOutput: ({ line }) => lines.push(line),
    onError: ({ message }) => errors.push(message),
  });
  return { launched, stack };
}

/** The reason of a launch that is refused; undefined where it works. */
const refusal = (launching: Promise<unknown>): Promise<string | undefined> =>
  launching.then(
    () => undefined,
    (error: Error) => error.message,
  );

/** Whether the function runs; else the mapping must report a lack of permission. */
async function runsOrIsDenied(action: string): Promise<boolean> {
  await until(
    'the function runs or the mapping is denied',
    () => lines.includes('ran') || errors.some((error) => error.includes(`not authorized to perform: ${action}`)),
    (ended) => ended,
  );
  return lines.includes('ran');
}

const QUEUE = {
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'orders' } },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, FunctionName: { Ref: 'F' } },
  },
};
const TABLE = {
  Rows: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'rows',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Rows', 'StreamArn'] },
      FunctionName: { Ref: 'F' },
      StartingPosition: 'TRIM_HORIZON',
    },
  },
};
const API = {
  Api: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { Name: 'a', ProtocolType: 'HTTP', Target: { 'Fn::GetAtt': ['F', 'Arn'] } },
  },
};
const POLL_QUEUE = ['sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'];
const POLL_STREAM = ['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'];

/** Returns whether the effect of a row happens: with the permission it does, without it not. */
const CASES: Readonly<Record<string, (permitted: boolean) => Promise<boolean>>> = {
  'lambda to role': async (permitted) => {
    const reason = await refusal(launch([], {}, permitted ? 'lambda.amazonaws.com' : 'ecs-tasks.amazonaws.com'));
    if (!permitted)
      expect(reason).toMatch(/lambda\.amazonaws\.com cannot assume its role .*no role trust policy allows/);
    return reason === undefined;
  },
  'lambda to logs': async (permitted) => {
    const create = ['logs:CreateLogGroup', 'logs:CreateLogStream'];
    await launch([...create, ...(permitted ? ['logs:PutLogEvents'] : [])]);
    await launched?.functions.F?.invoke({});
    await launched?.stop();
    if (!permitted) expect(errors).toEqual([expect.stringContaining('not authorized to perform: logs:PutLogEvents')]);
    const { events = [] } = await new CloudWatchLogsClient(client()).send(
      new FilterLogEventsCommand({ logGroupName: '/aws/lambda/orders' }),
    );
    return events.some(({ message }) => message?.includes('ran'));
  },
  'event source of a queue': async (permitted) => {
    await launch(
      POLL_QUEUE.filter((action) => permitted || action !== 'sqs:ReceiveMessage'),
      QUEUE,
    );
    await new SQSClient(client()).send(
      new SendMessageCommand({ QueueUrl: `${aws.url}/123456789012/orders`, MessageBody: 'x' }),
    );
    return runsOrIsDenied('sqs:receivemessage');
  },
  'event source of a stream': async (permitted) => {
    await launch(
      POLL_STREAM.filter((action) => permitted || action !== 'dynamodb:GetRecords'),
      TABLE,
    );
    await new DynamoDBClient(client()).send(new PutItemCommand({ TableName: 'rows', Item: { id: { S: 'a' } } }));
    return runsOrIsDenied('dynamodb:GetRecords');
  },
  'api gateway to lambda': async (permitted) => {
    const Permission = {
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: 'orders', Action: 'lambda:InvokeFunction', Principal: 'apigateway.amazonaws.com' },
    };
    const reason = await refusal(launch([], permitted ? { ...API, Permission } : API));
    if (!permitted) expect(reason).toMatch(/^Cannot launch the HTTP API .*lambda:InvokeFunction/);
    return reason === undefined && (await fetch(launched?.http?.url ?? '')).status === 200;
  },
};

describe('what a service does for a stack that is launched', () => {
  it.each(Object.keys(CASES))('%s: happens with the permission', async (name) => {
    expect(await CASES[name]?.(true)).toBe(true);
  });

  it.each(Object.keys(CASES))('%s: does not without it', async (name) => {
    expect(await CASES[name]?.(false)).toBe(false);
  });

  it.each(POLL_STREAM.slice(0, 2))('a stream is not read without %s', async (missing) => {
    await launch(
      POLL_STREAM.filter((action) => action !== missing),
      TABLE,
    );
    expect(await runsOrIsDenied(missing)).toBe(false);
  });

  it('a queue is not polled without sqs:GetQueueAttributes: its mapping does not start', async () => {
    expect(await refusal(launch(POLL_QUEUE.slice(1), QUEUE))).toMatch(
      /^Cannot launch the event source mapping of orders: .*not authorized to perform: sqs:getqueueattributes/,
    );
  });

  it('has a case for every row that needs a launched stack', () => {
    expect(Object.keys(CASES).sort()).toEqual([...LAUNCHED].sort());
  });
});
