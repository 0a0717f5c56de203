import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAwsClient } from '../../client/aws-client.ts';
import { provision } from '../../provision/provision.ts';
import type { ProvisionedStack } from '../../provision/stack.ts';
import type { LocalAws } from '../../start.ts';
import { startLocalAws } from '../../start.ts';
import { listen } from '../http/listen.ts';
import type { OutputLine } from '../process/start-process.ts';
import type { LaunchedStack, LaunchStackOptions } from './launch-stack.ts';
import { launchStack } from './launch-stack.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const bundleDirectory = fileURLToPath(new URL('./fixtures', import.meta.url));

/** e.g. `orders-dev-http` */
const named = (...words: string[]) => ({ 'Fn::Join': ['-', ['orders', { Ref: 'Stage' }, ...words]] });
const container = {
  Name: 'app',
  Image: 'registry/orders',
  Command: ['node', 'ecs.mjs'],
  Environment: [{ Name: 'ORDERS_URL', Value: { Ref: 'Orders' } }],
  PortMappings: [{ ContainerPort: 8080 }],
  StopTimeout: 60,
};
const template = {
  Parameters: { Stage: { Type: 'String' } },
  Resources: {
    Orders: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: named('orders'),
        VisibilityTimeout: 30,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 2 },
      },
    },
    DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { QueueName: named('orders-dlq') } },
    Done: { Type: 'AWS::SQS::Queue', Properties: { QueueName: named('done') } },
    HttpFunction: {
      Type: 'AWS::Lambda::Function',
      Metadata: { 'twelvefold:entry': 'lambda/http.mjs', 'twelvefold:component': 'http' },
      Properties: {
        FunctionName: named('http'),
        Handler: 'http.handler',
        Timeout: 29,
        MemorySize: 256,
        Environment: { Variables: { ORDERS_URL: { Ref: 'Orders' }, STAGE: { Ref: 'Stage' } } },
      },
    },
    OrdersFunction: {
      Type: 'AWS::Lambda::Function',
      Metadata: { 'twelvefold:entry': 'lambda/orders.mjs', 'twelvefold:component': 'orders' },
      Properties: {
        FunctionName: named('orders'),
        Handler: 'orders.handler',
        Timeout: 20,
        Environment: { Variables: { DONE_URL: { Ref: 'Done' } } },
      },
    },
    CustomResourceFunction: { Type: 'AWS::Lambda::Function', Properties: { Handler: 'index.handler' } },
    OrdersMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Orders', 'Arn'] },
        FunctionName: { Ref: 'OrdersFunction' },
        BatchSize: 5,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    },
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: named(),
        ProtocolType: 'HTTP',
        Target: { 'Fn::GetAtt': ['HttpFunction', 'Arn'] },
      },
    },
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: named(),
        ContainerDefinitions: [container],
      },
    },
  },
};

let aws: LocalAws;
let stack: ProvisionedStack;
let launched: LaunchedStack | undefined;

beforeEach(async () => {
  aws = await startLocalAws();
  stack = await provision(template, { endpoint: aws.url, region, credentials, parameters: { Stage: 'dev' } });
});

afterEach(async () => {
  await launched?.stop();
  launched = undefined;
  await aws.close();
});

async function launch(options: Partial<LaunchStackOptions> = {}): Promise<LaunchedStack> {
  launched = await launchStack(stack, { bundleDirectory, endpoint: aws.url, region, credentials, ...options });
  return launched;
}

async function bodies(queue: string): Promise<string[]> {
  const client = createAwsClient({ endpoint: aws.url, region, credentials });
  const answer = await client.json('sqs', 'ReceiveMessage', {
    QueueUrl: stack.resolve({ Ref: queue }),
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
  });
  return ((answer.Messages ?? []) as Array<{ Body: string }>).map(({ Body }) => Body);
}

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 20 });

test('a request travels through HTTP API, function, queue, mapping and function', async () => {
  const lines: OutputLine[] = [];
  const { http, functions, task } = await launch({ task: false, onOutput: (line) => lines.push(line) });
  expect(Object.keys(functions).sort()).toEqual(['http', 'orders']);
  expect(task).toBeUndefined();
  const text = { 'content-type': 'text/plain' };
  const response = await fetch(`${http?.url}/orders`, { method: 'POST', headers: text, body: 'a good one' });
  expect([response.status, await response.text()]).toEqual([202, 'accepted']);
  await eventually(async () => expect(await bodies('Done')).toEqual(['done: a good one']));
  expect(lines).toContainEqual({ source: 'orders', stream: 'stdout', line: 'order a good one' });
  // Lambda writes them to the function's log group.
  const client = createAwsClient({ endpoint: aws.url, region, credentials });
  await eventually(async () => {
    const { events } = await client.json('logs', 'FilterLogEvents', { logGroupName: '/aws/lambda/orders-dev-orders' });
    expect(events).toContainEqual(expect.objectContaining({ message: 'order a good one' }));
  });
}, 120_000);

test('functions may each have a folder, as bundleFunctions writes them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stack-'));
  for (const name of ['http', 'orders']) {
    await mkdir(join(folder, 'lambda', name), { recursive: true });
    const code = `export const handler = async () => ({ statusCode: 200, body: '${name} in a folder' });`;
    await writeFile(join(folder, `lambda/${name}/${name}.mjs`), code);
  }
  const { http } = await launch({ task: false, bundleDirectory: folder });
  expect(await (await fetch(`${http?.url}/`)).text()).toBe('http in a folder');
}, 120_000);

test('what a function reports as failed comes again, then goes to the dead-letter queue', async () => {
  const lines: string[] = [];
  const { http } = await launch({ task: false, onOutput: ({ line }) => lines.push(line) });
  const text = { 'content-type': 'text/plain' };
  await fetch(`${http?.url}/orders`, { method: 'POST', headers: text, body: 'a bad one' });
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    await eventually(() => expect(lines.filter((line) => line === 'order a bad one')).toHaveLength(attempt));
    aws.clock.advance(30_000);
  }
  await eventually(async () => expect(await bodies('DeadLetters')).toEqual(['a bad one']));
}, 120_000);

test('processes have the template’s environment, endpoint and credentials, and nothing else of this one', async () => {
  const { http, task, functions } = await launch({ taskPort: 0, env: { LOG_LEVEL: 'DEBUG' } });
  expect(functions.http?.timeoutMs).toBe(29_000);
  await task?.waitUntilReady('/');
  const ofFunction = (await (await fetch(`${http?.url}/env`)).json()) as Record<string, string>;
  const ofTask = (await (await fetch(`${task?.url}/`)).json()) as Record<string, string>;
  const common = {
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: region,
    LOG_LEVEL: 'DEBUG',
    ORDERS_URL: `${aws.url}/123456789012/orders-dev-orders`,
  };
  expect(ofFunction).toMatchObject({
    ...common,
    STAGE: 'dev',
    AWS_LAMBDA_FUNCTION_NAME: 'orders-dev-http',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
  });
  expect(ofTask).toMatchObject({ ...common, AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE' });
  const known = /^(AWS_|ECS_|_|LAMBDA_TASK_ROOT$|LANG$|LOG_LEVEL$|ORDERS_URL$|PATH$|PORT$|STAGE$|TZ$)/;
  expect([...Object.keys(ofFunction), ...Object.keys(ofTask)].filter((name) => !known.test(name))).toEqual([]);
}, 120_000);

test('stop() ends every process and closes the port', async () => {
  const { http, task, functions, stop } = await launch({ taskPort: 0 });
  await task?.waitUntilReady('/');
  await fetch(`${http?.url}/env`);
  const pids = [...(functions.http?.pids() ?? []), task?.pid ?? 0];
  expect(pids).toHaveLength(2);
  await stop();
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(await task?.exited).toEqual({ code: 0, signal: null });
  await expect(fetch(`${http?.url}/env`)).rejects.toThrow();
  await stop();
}, 120_000);

test('the task alone can be started: no function, no mapping, no HTTP API', async () => {
  const { http, functions, task } = await launch({ functions: false, taskPort: 0 });
  expect([http, functions]).toEqual([undefined, {}]);
  await task?.waitUntilReady('/');
  expect(aws.calls().some(({ operation }) => operation === 'ReceiveMessage')).toBe(false);
});

test('a failed start leaves nothing behind: no port, no poller at the queue', async () => {
  const { Task } = template.Resources;
  const broken = { ...container, Command: ['/no/such/program'] };
  const Resources = { ...template.Resources, Task: { ...Task, Properties: { ContainerDefinitions: [broken] } } };
  const options = { endpoint: aws.url, region, credentials };
  stack = await provision({ ...template, Resources }, { ...options, parameters: { Stage: 'dev' } });
  const { port: httpPort, close } = await listen(() => {});
  await close();
  await expect(launch({ httpPort })).rejects.toThrow('Cannot launch task Task: /no/such/program cannot be started');
  await (await listen(() => {}, { port: httpPort })).close();
  const sqs = createAwsClient(options);
  await sqs.json('sqs', 'SendMessage', { QueueUrl: stack.resolve({ Ref: 'Orders' }), MessageBody: 'left alone' });
  expect(await bodies('Orders')).toEqual(['left alone']);
});

test('functions are what topics deliver to and Lambda invokes, until they stop', async () => {
  const lines: string[] = [];
  const Resources = {
    Events: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'events' } },
    Audit: {
      Type: 'AWS::Lambda::Function',
      Metadata: { 'twelvefold:entry': 'lambda/audit.mjs' },
      Properties: { FunctionName: 'audit', Handler: 'audit.handler', Timeout: 20 },
    },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'Events' }, Protocol: 'lambda', Endpoint: { 'Fn::GetAtt': ['Audit', 'Arn'] } },
    },
  };
  const options = { endpoint: aws.url, region, credentials };
  stack = await provision({ Resources }, { ...options, parameters: {} });
  const { stop } = await launch({ onOutput: ({ line }) => lines.push(line) });
  const TopicArn = String(stack.resolve({ Ref: 'Events' }));
  await createAwsClient(options).query('sns', 'Publish', { TopicArn, Message: 'sold' });
  await eventually(() => expect(lines).toContain('aws:sns sold'));
  const invoke = (event: object) =>
    fetch(`${aws.url}/2015-03-31/functions/audit/invocations`, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=local/20261120/eu-central-1/lambda/aws4_request, Signature=0',
      },
      body: JSON.stringify(event),
    });
  expect(await (await invoke({ Records: [] })).json()).toEqual({ seen: 0 });
  const failed = await invoke({ fail: true });
  expect([failed.status, failed.headers.get('x-amz-function-error')]).toEqual([200, 'Unhandled']);
  expect(await failed.json()).toMatchObject({ errorType: 'RangeError', errorMessage: 'too much' });
  await stop();
  expect((await invoke({ Records: [] })).status).toBe(404);
}, 120_000);

test('changes of a table reach a function through its stream, deletions by time to live among them', async () => {
  const lines: string[] = [];
  const ofTable = {
    Resources: {
      Rows: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'rows',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
          TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
        },
      },
      Projection: {
        Type: 'AWS::Lambda::Function',
        Metadata: { 'twelvefold:entry': 'lambda/projection.mjs' },
        Properties: { FunctionName: 'projection', Handler: 'projection.handler', Timeout: 20 },
      },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Rows', 'StreamArn'] },
          FunctionName: { Ref: 'Projection' },
          StartingPosition: 'TRIM_HORIZON',
        },
      },
    },
  };
  stack = await provision(ofTable, { endpoint: aws.url, region, credentials, parameters: {} });
  await launch({ onOutput: ({ line }) => lines.push(line) });
  const client = createAwsClient({ endpoint: aws.url, region, credentials });
  const until = { N: String(Math.floor(aws.clock.now() / 1_000) + 60) };
  await client.json('dynamodb', 'PutItem', { TableName: 'rows', Item: { id: { S: 'a' }, until } });
  await eventually(() => expect(lines).toContain('INSERT a user'));
  aws.clock.advance(49 * 60 * 60 * 1_000);
  await eventually(() => expect(lines).toContain('REMOVE a dynamodb.amazonaws.com'));
}, 120_000);
