import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Manifest } from 'twelvefold/manifest';
import { describe, expect, it } from 'vitest';
import { shopManifest } from '../testing/shop-manifest.fixture.ts';
import { ofType, resourceOf, shopProps, sub, synthesize } from '../testing/synthesize.fixture.ts';
import { fargate, lambda } from './placement.ts';

const template = synthesize();
const properties = (logicalId: string) => resourceOf(template, logicalId).Properties;

describe('functions', () => {
  it('are one for each component, from its entry and with what it uses alone', () => {
    expect(ofType(template, 'AWS::Lambda::Function')).toEqual([
      'HttpFunction',
      'CartsFunction',
      'MailsFunction',
      'CloseCartsFunction',
    ]);
    expect(resourceOf(template, 'CartsFunction')).toEqual({
      Type: 'AWS::Lambda::Function',
      Metadata: { 'twelvefold:entry': 'lambda/carts.mjs', 'twelvefold:component': 'carts' },
      Properties: {
        FunctionName: sub('shop-{Stage}-carts'),
        Description: 'shop: the component carts',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'carts.handler',
        Code: { S3Bucket: { Ref: 'CodeBucket' }, S3Key: sub('{CodePrefix}/lambda/carts.zip') },
        Role: { 'Fn::GetAtt': ['CartsFunctionRole', 'Arn'] },
        MemorySize: 512,
        Timeout: 15,
        LoggingConfig: { LogGroup: { Ref: 'CartsFunctionLogs' } },
        Environment: {
          Variables: {
            TWELVEFOLD_STAGE: { Ref: 'Stage' },
            NODE_OPTIONS: '--enable-source-maps',
            TWELVEFOLD_CARTS_URL: { Ref: 'CartsQueue' },
            TWELVEFOLD_CARTS_DEAD_LETTER_URL: { Ref: 'CartsDeadLetterQueue' },
            TWELVEFOLD_CART_EVENTS_ARN: { Ref: 'CartEventsTopic' },
            TWELVEFOLD_ROWS_NAME: { Ref: 'RowsTable' },
          },
        },
      },
    });
  });

  it('have a timeout that fits their trigger', () => {
    // A sixth of the visibility timeout, one less than the API's, the longest that there is.
    const timeouts = ['CartsFunction', 'MailsFunction', 'HttpFunction', 'CloseCartsFunction'];
    expect(timeouts.map((id) => properties(id).Timeout)).toEqual([15, 5, 29, 900]);
  });

  it('take memory and timeout from their placement', () => {
    const compute = { ...shopProps.compute, carts: lambda({ memorySize: 1_769, timeout: Duration.seconds(90) }) };
    const changed = synthesize({ ...shopProps, compute });
    expect(resourceOf(changed, 'CartsFunction').Properties).toMatchObject({ MemorySize: 1_769, Timeout: 90 });
  });

  it('have a log group of their own that forgets', () => {
    expect(properties('CartsFunctionLogs')).toEqual({
      LogGroupName: sub('/aws/lambda/shop-{Stage}-carts'),
      RetentionInDays: 30,
    });
    const kept = synthesize({ ...shopProps, logRetention: RetentionDays.INFINITE });
    expect(resourceOf(kept, 'CartsFunctionLogs').Properties).not.toHaveProperty('RetentionInDays');
    expect(resourceOf(kept, 'ServiceLogs').Properties).not.toHaveProperty('RetentionInDays');
  });

  it('find their code where the parameters say, which need not be given', () => {
    expect(template.Parameters.CodeBucket).toMatchObject({ Type: 'String', Default: 'shop-code' });
    expect(template.Parameters.CodePrefix).toMatchObject({ Type: 'String', Default: 'latest' });
    // An entry outside any folder.
    expect(properties('CloseCartsFunction')).toMatchObject({
      Code: { S3Key: sub('{CodePrefix}/tasks.zip') },
      Handler: 'tasks.handler',
    });
  });
});

describe('triggers', () => {
  it('are event source mappings that report failures message by message', () => {
    expect(ofType(template, 'AWS::Lambda::EventSourceMapping')).toEqual(['CartsEventSource', 'MailsEventSource']);
    expect(properties('CartsEventSource')).toEqual({
      EventSourceArn: { 'Fn::GetAtt': ['CartsQueue', 'Arn'] },
      FunctionName: { 'Fn::GetAtt': ['CartsFunction', 'Arn'] },
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('are an HTTP API that alone may invoke its function', () => {
    expect(ofType(template, 'AWS::ApiGatewayV2::Api')).toEqual(['HttpApi']);
    expect(properties('HttpApi')).toEqual({
      Name: sub('shop-{Stage}-http'),
      ProtocolType: 'HTTP',
      Target: { 'Fn::GetAtt': ['HttpFunction', 'Arn'] },
    });
    expect(ofType(template, 'AWS::Lambda::Permission')).toEqual(['HttpApiPermission']);
    expect(properties('HttpApiPermission')).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': ['HttpFunction', 'Arn'] },
      Principal: 'apigateway.amazonaws.com',
      SourceArn: sub('arn:{AWS::Partition}:execute-api:{AWS::Region}:{AWS::AccountId}:{HttpApi}/*/$default'),
    });
    expect(template.Outputs.HttpApiUrl).toMatchObject({ Value: { 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] } });
  });
});

describe('a component that streams its answers', () => {
  const [http, ...others] = shopManifest.components;
  const manifest: Manifest = {
    ...shopManifest,
    components: [{ ...http, trigger: { kind: 'http', streaming: true } }, ...others],
  };
  const synthesizeWith = (front?: 'function-url') =>
    synthesize({ ...shopProps, manifest, compute: { ...shopProps.compute, http: lambda(front ? { front } : {}) } });

  it('stands behind a REST API that streams', () => {
    const streaming = synthesizeWith();
    const methods = ofType(streaming, 'AWS::ApiGateway::Method').map((id) => resourceOf(streaming, id).Properties);
    expect(
      methods.map(({ Integration }) => (Integration as { ResponseTransferMode: string }).ResponseTransferMode),
    ).toEqual(methods.map(() => 'STREAM'));
    expect(methods.length).toBeGreaterThan(0);
  });

  it('or behind a function URL that does', () => {
    const streaming = synthesizeWith('function-url');
    const [url = ''] = ofType(streaming, 'AWS::Lambda::Url');
    expect(resourceOf(streaming, url).Properties).toMatchObject({ InvokeMode: 'RESPONSE_STREAM' });
  });
});

describe('the service', () => {
  it('is one task definition that runs what is placed on Fargate', () => {
    expect(ofType(template, 'AWS::ECS::TaskDefinition')).toEqual(['ServiceTaskDefinition']);
    const { Metadata, Properties } = resourceOf(template, 'ServiceTaskDefinition');
    expect(Metadata).toEqual({ 'twelvefold:components': ['http', 'carts', 'mails'] });
    expect(Properties).toEqual({
      Family: sub('shop-{Stage}'),
      RequiresCompatibilities: ['FARGATE'],
      NetworkMode: 'awsvpc',
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      Cpu: '256',
      Memory: '512',
      TaskRoleArn: { 'Fn::GetAtt': ['ServiceTaskRole', 'Arn'] },
      ExecutionRoleArn: { 'Fn::GetAtt': ['ServiceExecutionRole', 'Arn'] },
      ContainerDefinitions: [
        {
          Name: 'app',
          Image: { Ref: 'ImageUri' },
          Command: ['node', 'ecs.js'],
          Essential: true,
          Environment: [
            { Name: 'TWELVEFOLD_STAGE', Value: { Ref: 'Stage' } },
            { Name: 'NODE_OPTIONS', Value: '--enable-source-maps' },
            { Name: 'TWELVEFOLD_CARTS_URL', Value: { Ref: 'CartsQueue' } },
            { Name: 'TWELVEFOLD_CARTS_DEAD_LETTER_URL', Value: { Ref: 'CartsDeadLetterQueue' } },
            { Name: 'TWELVEFOLD_MAILS_URL', Value: { Ref: 'MailsQueue' } },
            { Name: 'TWELVEFOLD_CART_EVENTS_ARN', Value: { Ref: 'CartEventsTopic' } },
            { Name: 'TWELVEFOLD_ROWS_NAME', Value: { Ref: 'RowsTable' } },
            { Name: 'TWELVEFOLD_SESSIONS_NAME', Value: { Ref: 'SessionsTable' } },
            { Name: 'TWELVEFOLD_COMPONENTS', Value: 'http,carts,mails' },
            { Name: 'PORT', Value: '8080' },
            { Name: 'TWELVEFOLD_STOP_TIMEOUT_MS', Value: '30000' },
          ],
          PortMappings: [{ ContainerPort: 8080, Protocol: 'tcp' }],
          StopTimeout: 30,
          HealthCheck: {
            Command: ['CMD', 'node', '-e', expect.stringContaining('http://127.0.0.1:8080/health/live')],
            Interval: 10,
            Timeout: 5,
            Retries: 3,
            StartPeriod: 90,
          },
          ReadonlyRootFilesystem: true,
          LinuxParameters: { InitProcessEnabled: true, Capabilities: { Drop: ['ALL'] } },
          LogConfiguration: {
            LogDriver: 'awslogs',
            Options: {
              'awslogs-group': { Ref: 'ServiceLogs' },
              'awslogs-region': { Ref: 'AWS::Region' },
              'awslogs-stream-prefix': 'app',
            },
          },
        },
      ],
    });
  });

  it('knows how long a stop may take, because the metadata endpoint does not say', () => {
    const service = { stopTimeout: Duration.minutes(2), cpu: 512, memoryLimitMiB: 1_024, command: ['node', 'main.js'] };
    const changed = synthesize({ ...shopProps, service });
    const { ContainerDefinitions, ...task } = resourceOf(changed, 'ServiceTaskDefinition').Properties;
    expect(task).toMatchObject({ Cpu: '512', Memory: '1024' });
    expect(ContainerDefinitions).toMatchObject([{ StopTimeout: 120, Command: ['node', 'main.js'] }]);
    expect(JSON.stringify(ContainerDefinitions)).toContain('{"Name":"TWELVEFOLD_STOP_TIMEOUT_MS","Value":"120000"}');
  });

  it('may ask for scale-in protection only when told to', () => {
    const changed = synthesize({ ...shopProps, service: { taskProtection: true } });
    const { ContainerDefinitions } = resourceOf(changed, 'ServiceTaskDefinition').Properties;
    expect(JSON.stringify(ContainerDefinitions)).toContain('{"Name":"TWELVEFOLD_TASK_PROTECTION","Value":"on"}');
    expect(JSON.stringify(resourceOf(changed, 'ServiceTaskRole'))).toContain('"ecs:UpdateTaskProtection"');
    expect(JSON.stringify(resourceOf(template, 'ServiceTaskRole'))).not.toContain('ecs:');
  });

  it('is not there, nor its parameters, when nothing is placed on Fargate', () => {
    const compute = { http: lambda(), carts: lambda(), mails: lambda(), 'close-carts': lambda() };
    const without = synthesize({ ...shopProps, compute });
    expect(Object.keys(without.Resources).filter((id) => id.startsWith('Service'))).toEqual([]);
    expect(without.Parameters).not.toHaveProperty('ImageUri');
  });
});

it('makes no function of a component that is placed on Fargate alone', () => {
  const compute = { ...shopProps.compute, http: fargate(), carts: fargate(), mails: fargate() };
  const changed = synthesize({ ...shopProps, compute });
  expect(ofType(changed, 'AWS::Lambda::Function')).toEqual(['CloseCartsFunction']);
  expect(ofType(changed, 'AWS::Lambda::EventSourceMapping')).toEqual([]);
  expect(ofType(changed, 'AWS::ApiGatewayV2::Api')).toEqual([]);
});
