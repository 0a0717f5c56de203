import { expect, test } from 'vitest';
import type { ProvisionedResource } from '../../provision/stack.ts';
import { readStack } from './read-stack.ts';

const resource = (logicalId: string, type: string, properties: Record<string, unknown>, metadata = {}) => ({
  logicalId,
  type,
  physicalId: `${logicalId.toLowerCase()}-id`,
  properties,
  metadata,
  created: false,
});
const fn = (name: string) =>
  resource(name, 'AWS::Lambda::Function', { FunctionName: name }, { 'twelvefold:entry': `${name}.js` });
const uri = (name: string) =>
  `arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/arn:aws:lambda:eu-west-1:123456789012:function:${name}/response-streaming-invocations`;
const method = (id: string, name: string, ResponseTransferMode = 'STREAM') =>
  resource(id, 'AWS::ApiGateway::Method', {
    RestApiId: 'api-id',
    Integration: { Type: 'AWS_PROXY', Uri: uri(name), ResponseTransferMode },
  });
const api = resource('Api', 'AWS::ApiGateway::RestApi', { Name: 'orders', BinaryMediaTypes: ['*/*'] });
const stage = resource('Stage', 'AWS::ApiGateway::Stage', { RestApiId: 'api-id', StageName: 'live' });

const read = (...resources: ProvisionedResource[]) =>
  readStack({ outputs: {}, resources: [fn('http'), fn('other'), ...resources], resolve: () => '123456789012' }).http;

test('a REST API is a front with a stage, which streams when its methods do', () => {
  const front = { functionName: 'http', apiId: 'api-id', stage: 'live', binaryMediaTypes: ['*/*'] };
  expect(read(api, stage, method('Root', 'http'), method('Proxy', 'http'))).toEqual({ ...front, streaming: true });
  expect(read(api, stage, method('Root', 'http', 'BUFFERED'))).toEqual({ ...front, streaming: false });
  // It has no proxy integration, e.g. because its methods are in its Body.
  expect(read(api, stage)).toBeUndefined();
});

test('a REST API that one function cannot answer is refused by name', () => {
  expect(() => read(api, stage, method('Root', 'http'), method('Proxy', 'other'))).toThrow(
    'Cannot launch Api: its methods call http and other',
  );
  expect(() => read(api, stage, method('Root', 'http'), method('Proxy', 'http', 'BUFFERED'))).toThrow('some do not');
  expect(() => read(api, method('Root', 'http'))).toThrow('it has no AWS::ApiGateway::Stage');
  const url = resource('Url', 'AWS::Lambda::Url', { TargetFunctionArn: 'http' });
  expect(() => read(api, stage, method('Root', 'http'), url)).toThrow('the stack has another AWS::ApiGateway::RestApi');
});
