import { describe, expect, it } from 'vitest';
import { useEndpoint } from '../fixtures/use-endpoint.ts';

const { run } = useEndpoint();
const LAMBDA = 'arn:aws:lambda:eu-west-1:123456789012:function';
const ROLE = 'arn:aws:iam::123456789012:role/r';

const sam = (Resources: object, others: object = {}) => ({
  Transform: 'AWS::Serverless-2016-10-31',
  Globals: { Function: { Role: ROLE, InlineCode: '' } },
  Resources,
  ...others,
});
const fn = (Events: object, more: object = {}, attributes: object = {}) => ({
  Type: 'AWS::Serverless::Function',
  Properties: { Events, ...more },
  ...attributes,
});
const event = (Type: string, Properties: object) => ({ Type, Properties });
const calls = (target: string) => ({
  'x-amazon-apigateway-integration': expect.objectContaining({
    type: 'aws_proxy',
    uri: `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${LAMBDA}:${target}/invocations`,
  }),
  responses: {},
});

async function expanded(template: object) {
  const { stack, outcomes } = await run(template, {});
  const byId = Object.fromEntries(stack.resources.map((one) => [one.logicalId, one]));
  const propertiesOf = (id: string) => byId[id]?.properties ?? {};
  const pathsOf = (id: string) => (propertiesOf(id).Body as { paths?: object } | undefined)?.paths;
  return { stack, outcomes, byId, propertiesOf, pathsOf };
}

// Source: the SAM developer guide, "Generated CloudFormation resources", and
// aws/serverless-application-model,
// tests/translator/output: implicit_api, implicit_http_api, s3, layers_all_properties.
describe('events of SAM functions', () => {
  it('give the implicit APIs the paths of all functions', async () => {
    const { pathsOf } = await expanded(
      sam({
        Read: fn({
          One: event('HttpApi', { Path: '/orders/{id}', Method: 'get' }),
          Rest: event('Api', { Path: '/orders', Method: 'GET' }),
        }),
        Write: fn({
          Add: event('HttpApi', { Path: '/orders/{id}', Method: 'PUT', TimeoutInMillis: 1000 }),
          Other: event('HttpApi', {}),
          Rest: event('Api', { Path: '/orders', Method: 'any' }),
        }),
      }),
    );
    expect(pathsOf('ServerlessRestApi')).toEqual({
      '/orders': { get: calls('local-Read'), 'x-amazon-apigateway-any-method': calls('local-Write') },
    });
    expect(pathsOf('ServerlessHttpApi')).toEqual({
      '/orders/{id}': { get: calls('local-Read'), put: calls('local-Write') },
      $default: { 'x-amazon-apigateway-any-method': { ...calls('local-Write'), isDefaultRoute: true } },
    });
  });

  it('give an API of the template its paths, unless it has a definition', async () => {
    const { pathsOf, byId } = await expanded(
      sam({
        Http: { Type: 'AWS::Serverless::HttpApi' },
        Defined: { Type: 'AWS::Serverless::Api', Properties: { StageName: 'dev', DefinitionBody: { paths: {} } } },
        F: fn({
          Own: event('HttpApi', { Path: '/a', Method: 'get', ApiId: { Ref: 'Http' } }),
          Mine: event('Api', { Path: '/b', Method: 'get', RestApiId: { Ref: 'Defined' } }),
        }),
      }),
    );
    expect(pathsOf('Http')).toEqual({ '/a': { get: calls('local-F') } });
    expect(pathsOf('Defined')).toEqual({});
    expect(Object.keys(byId).filter((id) => id.startsWith('Serverless'))).toEqual([]);
  });

  it('leave out what belongs to a function whose condition is false', async () => {
    const { pathsOf, propertiesOf } = await expanded(
      sam(
        {
          Always: fn({ A: event('HttpApi', { Path: '/a', Method: 'get' }) }),
          Never: fn(
            {
              B: event('HttpApi', { Path: '/a', Method: 'post' }),
              C: event('S3', { Bucket: { Ref: 'Images' }, Events: 's3:ObjectCreated:*' }),
            },
            {},
            { Condition: 'No' },
          ),
          Images: { Type: 'AWS::S3::Bucket' },
        },
        { Conditions: { No: { 'Fn::Equals': ['a', 'b'] } } },
      ),
    );
    expect(pathsOf('ServerlessHttpApi')).toEqual({ '/a': { get: calls('local-Always') } });
    expect(propertiesOf('Images').NotificationConfiguration).toEqual({ LambdaConfigurations: [] });
  });

  it('of S3 are notifications of the bucket, with the permission that S3 needs', async () => {
    const Filter = { S3Key: { Rules: [{ Name: 'suffix', Value: '.jpg' }] } };
    const { outcomes, propertiesOf } = await expanded(
      sam({
        Images: {
          Type: 'AWS::S3::Bucket',
          Properties: { NotificationConfiguration: { LambdaConfigurations: [{ Event: 's3:ObjectRemoved:*' }] } },
        },
        F: fn({
          Image: event('S3', {
            Bucket: { Ref: 'Images' },
            Events: ['s3:ObjectCreated:Put', 's3:ObjectCreated:Copy'],
            Filter,
          }),
        }),
      }),
    );
    const arn = `${LAMBDA}:local-F`;
    expect(propertiesOf('Images').NotificationConfiguration).toEqual({
      LambdaConfigurations: [
        { Event: 's3:ObjectRemoved:*' },
        { Event: 's3:ObjectCreated:Put', Filter, Function: arn },
        { Event: 's3:ObjectCreated:Copy', Filter, Function: arn },
      ],
    });
    expect(propertiesOf('FImagePermission')).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: 'local-F',
      Principal: 's3.amazonaws.com',
      SourceAccount: '123456789012',
    });
    expect([outcomes.FImagePermission, outcomes.Images]).toEqual(['created', 'listed']);
  });

  it('of S3 need a bucket of the template', async () => {
    const template = sam({ F: fn({ Image: event('S3', { Bucket: 'elsewhere', Events: 's3:ObjectCreated:*' }) }) });
    await expect(run(template, {})).rejects.toThrow(
      'Cannot read the template: the event FImage must name an S3 bucket of the same template',
    );
  });

  it('invoke the alias of a function that has one', async () => {
    const { propertiesOf, pathsOf, byId } = await expanded(
      sam({
        Queue: { Type: 'AWS::SQS::Queue' },
        F: fn(
          {
            Work: event('SQS', { Queue: { 'Fn::GetAtt': ['Queue', 'Arn'] } }),
            Nightly: event('Schedule', { Schedule: 'rate(1 day)' }),
            Web: event('HttpApi', { Path: '/', Method: 'get' }),
          },
          { AutoPublishAlias: 'live', ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 } },
        ),
      }),
    );
    const alias = `${LAMBDA}:local-F:live`;
    expect(propertiesOf('FWork').FunctionName).toBe(alias);
    expect(propertiesOf('FNightlyPermission').FunctionName).toBe(alias);
    expect(propertiesOf('FNightly').Targets).toEqual([{ Id: 'FNightlyLambdaTarget', Arn: alias }]);
    expect(pathsOf('ServerlessHttpApi')).toEqual({ '/': { get: calls('local-F:live') } });
    expect(propertiesOf('FAliaslive')).toMatchObject({
      FunctionVersion: '1',
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 1 },
    });
    expect(byId.F?.properties).not.toHaveProperty('ProvisionedConcurrencyConfig');
  });

  it('invoke an alias whose name is a parameter', async () => {
    const { propertiesOf } = await expanded(
      sam(
        { F: fn({ Nightly: event('Schedule', { Schedule: 'rate(1 day)' }) }, { AutoPublishAlias: { Ref: 'Name' } }) },
        { Parameters: { Name: { Type: 'String', Default: 'blue' } } },
      ),
    );
    expect(propertiesOf('FNightlyPermission').FunctionName).toBe(`${LAMBDA}:local-F:blue`);
    expect(propertiesOf('FAlias').Name).toBe('blue');
  });
});

it('renames a layer with each change of it, and what refers to it', async () => {
  const layer = (Properties: object) =>
    sam(
      {
        Shared: { Type: 'AWS::Serverless::LayerVersion', Properties: { ContentUri: 's3://b/k', ...Properties } },
        F: fn({}, { Layers: [{ Ref: 'Shared' }] }),
      },
      { Outputs: { Layer: { Value: { 'Fn::Sub': ['$', '{Shared}'].join('') } } } },
    );
  const { stack, byId, propertiesOf } = await expanded(layer({}));
  const id = Object.keys(byId).find((one) => /^Shared[0-9a-f]{10}$/.test(one)) ?? '';
  expect(byId[id]?.type).toBe('AWS::Lambda::LayerVersion');
  expect(propertiesOf(id)).toEqual({ LayerName: 'Shared', Content: { S3Bucket: 'b', S3Key: 'k' } });
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:layer:Shared:1';
  expect(propertiesOf('F').Layers).toEqual([arn]);
  expect(stack.outputs.Layer).toBe(arn);
  expect(Object.keys((await expanded(layer({ Description: 'new' }))).byId)).not.toContain(id);
});
