import { createHash } from 'node:crypto';
import type { Fields, Resources } from './sam-resource.ts';
import {
  eventsOf,
  fieldsOf,
  idOf,
  invoked,
  tagList,
  underCondition,
  withoutUndefined,
  withResource,
} from './sam-resource.ts';

/** A REST API, its deployment, whose id ends in a hash of the definition, and its stage. */
export function expandApi(id: string, resource: Fields): Resources {
  const { Name, StageName = 'Prod', DefinitionBody, Description, Variables, Tags } = fieldsOf(resource.Properties);
  const hash = createHash('sha1')
    .update(JSON.stringify(DefinitionBody) ?? '')
    .digest('hex')
    .slice(0, 10);
  const stage = typeof StageName === 'string' && /^\w+$/.test(StageName) ? StageName : '';
  const deployment = `${id}Deployment${hash}`;
  return {
    ...withResource(id, resource, 'AWS::ApiGateway::RestApi', {
      Name,
      Description,
      Body: DefinitionBody,
      ...tagList(Tags),
    }),
    ...withResource(deployment, resource, 'AWS::ApiGateway::Deployment', { RestApiId: { Ref: id } }),
    ...withResource(`${id}${stage}Stage`, resource, 'AWS::ApiGateway::Stage', {
      RestApiId: { Ref: id },
      DeploymentId: { Ref: deployment },
      StageName,
      Variables,
    }),
  };
}

/** An HTTP API and its stage, `$default` unless it is named. */
export function expandHttpApi(id: string, resource: Fields): Resources {
  const { Name, StageName, DefinitionBody, Description, StageVariables, Tags } = fieldsOf(resource.Properties);
  const stage = typeof StageName === 'string' && /^\w+$/.test(StageName) ? StageName : 'ApiGatewayDefault';
  return {
    ...withResource(id, resource, 'AWS::ApiGatewayV2::Api', {
      Name,
      Description,
      Body: DefinitionBody,
      Tags,
      ProtocolType: 'HTTP',
    }),
    ...withResource(`${id}${stage}Stage`, resource, 'AWS::ApiGatewayV2::Stage', {
      ApiId: { Ref: id },
      StageName: StageName ?? '$default',
      AutoDeploy: true,
      StageVariables,
    }),
  };
}

interface ApiKind {
  readonly type: string;
  /** The property of an event that names its API. */
  readonly property: string;
  /** The API of events that name none. */
  readonly implicit: string;
  readonly header: Fields;
}

const INFO = { version: '1.0', title: { Ref: 'AWS::StackName' } };

const KINDS: Readonly<Record<string, ApiKind>> = {
  Api: {
    type: 'AWS::Serverless::Api',
    property: 'RestApiId',
    implicit: 'ServerlessRestApi',
    header: { swagger: '2.0', info: INFO },
  },
  HttpApi: {
    type: 'AWS::Serverless::HttpApi',
    property: 'ApiId',
    implicit: 'ServerlessHttpApi',
    header: { openapi: '3.0.1', info: INFO },
  },
};

/** An operation of OpenAPI that calls the function. */
function operation(arn: unknown, kind: string, { PayloadFormatVersion = '2.0', TimeoutInMillis }: Fields): Fields {
  const uri = [
    `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${Function}/invocations`,
    { Function: arn },
  ];
  const integration = { httpMethod: 'POST', type: 'aws_proxy', uri: { 'Fn::Sub': uri } };
  const http = { payloadFormatVersion: PayloadFormatVersion, timeoutInMillis: TimeoutInMillis };
  return {
    'x-amazon-apigateway-integration': withoutUndefined(kind === 'HttpApi' ? { ...integration, ...http } : integration),
    responses: {},
  };
}

/** `get`, and for any method the word of API Gateway's extension to OpenAPI. */
const methodOf = (given: unknown) => {
  const method = String(given ?? 'any').toLowerCase();
  return method === 'any' ? 'x-amazon-apigateway-any-method' : method;
};

/** The paths of an API that events of functions ask for. */
function pathsOf(resources: Fields, api: string): Fields {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { functionId, type, properties, resource } of eventsOf(resources)) {
    const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
    if (kind === undefined || idOf(properties[kind.property] ?? kind.implicit) !== api) continue;
    // Only an HTTP API has a route for everything else.
    const isDefault = type === 'HttpApi' && properties.Path === undefined;
    const path = String(properties.Path ?? (isDefault ? '$default' : '/'));
    const documented = operation(invoked(functionId, resource).arn, type, properties);
    const method = methodOf(isDefault ? undefined : properties.Method);
    paths[path] = {
      ...paths[path],
      [method]: underCondition(isDefault ? { ...documented, isDefaultRoute: true } : documented, resource),
    };
  }
  return paths;
}

/**
 * The template's resources with the implicit APIs that events refer to. Each API without a
 * definition
 * has the paths of its events.
 */
export function withApis(resources: Fields): Fields {
  const types = new Set(
    eventsOf(resources).flatMap(({ type, properties }) =>
      Object.hasOwn(KINDS, type) && properties[KINDS[type]?.property ?? ''] === undefined ? [type] : [],
    ),
  );
  const implicit = Object.entries(KINDS).flatMap(([type, kind]) =>
    types.has(type) ? [[kind.implicit, { Type: kind.type, Properties: {} }] as const] : [],
  );
  const all: Fields = { ...Object.fromEntries(implicit), ...resources };
  return Object.fromEntries(
    Object.entries(all).map(([id, value]) => {
      const resource = fieldsOf(value);
      const kind = Object.values(KINDS).find(({ type }) => type === resource.Type);
      const properties = fieldsOf(resource.Properties);
      if (kind === undefined || properties.DefinitionBody !== undefined || properties.DefinitionUri !== undefined) {
        return [id, value];
      }
      const DefinitionBody = { ...kind.header, paths: pathsOf(all, id) };
      return [id, { ...resource, Properties: { ...properties, DefinitionBody } }];
    }),
  );
}
