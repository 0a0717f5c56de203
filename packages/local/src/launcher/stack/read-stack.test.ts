import { expect, test } from 'vitest';
import type { ProvisionedResource, ProvisionedStack } from '../../provision/stack.ts';
import { readStack } from './read-stack.ts';

const resource = (type: string, properties: Record<string, unknown>, more: Partial<ProvisionedResource> = {}) => ({
  logicalId: type.split('::').at(-1) ?? type,
  type,
  physicalId: 'made-up',
  properties,
  metadata: {},
  created: false,
  ...more,
});

const fn = resource(
  'AWS::Lambda::Function',
  { FunctionName: 'orders-dev-orders' },
  { metadata: { 'twelvefold:entry': 'lambda/orders.js' } },
);
const queueArn = 'arn:aws:sqs:eu-central-1:123456789012:orders-dev-orders';

function read(...resources: ProvisionedResource[]) {
  const stack: ProvisionedStack = { outputs: {}, resources, resolve: () => '123456789012' };
  return readStack(stack);
}

test('what a template leaves out has CloudFormation’s defaults', () => {
  const plan = read(
    fn,
    resource('AWS::Lambda::EventSourceMapping', { EventSourceArn: queueArn, FunctionName: 'orders-dev-orders' }),
    resource('AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ Command: ['node', 'ecs.js'] }] }),
  );
  expect(plan).toEqual({
    accountId: '123456789012',
    streamMappings: [],
    functions: [
      {
        component: 'Function',
        name: 'orders-dev-orders',
        entry: 'lambda/orders.js',
        handler: 'handler',
        env: {},
        timeoutMs: 3_000,
        memoryMb: 128,
        reservedConcurrency: undefined,
      },
    ],
    mappings: [
      {
        functionName: 'orders-dev-orders',
        queueArn,
        batchSize: 10,
        batchingWindowMs: 0,
        reportBatchItemFailures: false,
        maxConcurrency: undefined,
      },
    ],
    http: undefined,
    task: {
      family: 'TaskDefinition',
      containerName: 'app',
      command: ['node', 'ecs.js'],
      env: {},
      port: undefined,
      stopTimeoutMs: 30_000,
    },
  });
});

test.each([
  'orders-dev-orders',
  'arn:aws:lambda:eu-central-1:123456789012:function:orders-dev-orders',
  'arn:aws:lambda:eu-central-1:123456789012:function:orders-dev-orders:live',
])('a mapping finds its function by %s', (FunctionName) => {
  const mapping = resource('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: queueArn,
    FunctionName,
    BatchSize: '20',
    MaximumBatchingWindowInSeconds: '2',
    ScalingConfig: { MaximumConcurrency: 3 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  expect(read(fn, mapping).mappings).toEqual([
    {
      functionName: 'orders-dev-orders',
      queueArn,
      batchSize: 20,
      batchingWindowMs: 2_000,
      reportBatchItemFailures: true,
      maxConcurrency: 3,
    },
  ]);
});

test('a function URL is a front, which streams in mode RESPONSE_STREAM', () => {
  const TargetFunctionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:orders-dev-orders';
  const streaming = (InvokeMode?: string) =>
    read(fn, resource('AWS::Lambda::Url', { TargetFunctionArn, InvokeMode })).http?.streaming;
  expect([streaming('RESPONSE_STREAM'), streaming('BUFFERED'), streaming()]).toEqual([true, false, false]);
});

test('an HTTP API finds its function by ARN or by integration URI; a disabled mapping is left out', () => {
  const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:orders-dev-orders';
  const uri = `arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/${arn}/invocations`;
  for (const Target of [arn, uri]) {
    expect(read(fn, resource('AWS::ApiGatewayV2::Api', { Target })).http).toEqual({
      functionName: 'orders-dev-orders',
      apiId: 'made-up',
      streaming: false,
    });
  }
  const disabled = resource('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: queueArn,
    FunctionName: 'x',
    Enabled: false,
  });
  expect(read(fn, disabled).mappings).toEqual([]);
});

test('what cannot be run here is refused by name', () => {
  const mapping = (properties: Record<string, unknown>) => () =>
    read(fn, resource('AWS::Lambda::EventSourceMapping', { FunctionName: 'orders-dev-orders', ...properties }));
  const task =
    (...ContainerDefinitions: unknown[]) =>
    () =>
      read(resource('AWS::ECS::TaskDefinition', { ContainerDefinitions }));
  expect(mapping({ EventSourceArn: queueArn, FunctionName: 'other' })).toThrow(
    'Cannot launch EventSourceMapping: other is not a function',
  );
  expect(mapping({ EventSourceArn: 'arn:aws:kinesis:eu-central-1:123456789012:stream/x' })).toThrow(
    "is neither a queue nor a table's stream",
  );
  expect(task()).toThrow('exactly one essential container');
  expect(task({ Command: ['a'] }, { Command: ['b'] })).toThrow('exactly one essential container');
  expect(task({})).toThrow('its container has no Command');
  expect(task({ Command: ['a'], Secrets: [{ Name: 'KEY' }] })).toThrow('its container has Secrets');
  const definition = resource('AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ Command: ['a'] }] });
  expect(() => read(definition, definition)).toThrow('the stack has another AWS::ECS::TaskDefinition');
  expect(
    read(
      resource('AWS::ECS::TaskDefinition', {
        ContainerDefinitions: [{ Command: ['a'] }, { Essential: false, Name: 'side' }],
      }),
    ).task?.command,
  ).toEqual(['a']);
});

test('a mapping of a table’s stream is read with its defaults, and needs a place to start', () => {
  const EventSourceArn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/orders/stream/2026-11-23T00:00:00.000';
  const plan = read(
    fn,
    resource('AWS::Lambda::EventSourceMapping', {
      EventSourceArn,
      FunctionName: 'orders-dev-orders',
      StartingPosition: 'LATEST',
      BisectBatchOnFunctionError: 'true',
    }),
  );
  expect(plan.mappings).toEqual([]);
  expect(plan.streamMappings).toEqual([
    {
      functionName: 'orders-dev-orders',
      streamArn: EventSourceArn,
      startingPosition: 'LATEST',
      batchSize: 100,
      batchingWindowMs: 0,
      reportBatchItemFailures: false,
      bisectOnError: true,
      maxRetries: -1,
    },
  ]);
  const nowhere = { EventSourceArn, FunctionName: 'orders-dev-orders' };
  expect(() => read(fn, resource('AWS::Lambda::EventSourceMapping', nowhere))).toThrow(
    'the StartingPosition of a stream must be TRIM_HORIZON or LATEST',
  );
});

test('a variable whose value only AWS can give is refused with its name and source', () => {
  const address = { 'Fn::GetAtt': ['Database', 'Endpoint.Address'] };
  const environment = { Environment: { Variables: { HOST: address, STAGE: 'dev' } } };
  expect(() => read({ ...fn, properties: { ...fn.properties, ...environment } })).toThrow(
    'Cannot launch Function: only AWS can give the value of its variables HOST ({"Fn::GetAtt":["Database","Endpoint.Address"]})',
  );
});
