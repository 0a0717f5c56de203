import { createHash } from 'node:crypto';
import { expandFunction } from './sam-function.ts';
import { referencesOf, replaceReferences } from './sam-references.ts';
import type { Fields, Resources } from './sam-resource.ts';
import { fieldsOf, isFields, tagList, withResource } from './sam-resource.ts';

const SAM = 'AWS::Serverless-2016-10-31';

/** Whether the template's only transform is SAM's. */
export const isSam = (template: Fields): boolean => {
  const transforms = [template.Transform].flat();
  return transforms.length === 1 && transforms[0] === SAM;
};

const KEY_TYPES: Readonly<Record<string, string>> = { Binary: 'B', Number: 'N', String: 'S' };

/** A table with one key, `id` by default, on demand unless it has a throughput. */
function expandTable(id: string, resource: Fields): Resources {
  const { PrimaryKey, ProvisionedThroughput, Tags, ...others } = fieldsOf(resource.Properties);
  const { Name: AttributeName = 'id', Type = 'String' } = fieldsOf(PrimaryKey);
  const billing = ProvisionedThroughput === undefined ? { BillingMode: 'PAY_PER_REQUEST' } : { ProvisionedThroughput };
  return withResource(id, resource, 'AWS::DynamoDB::Table', {
    ...others,
    ...billing,
    ...tagList(Tags),
    AttributeDefinitions: [{ AttributeName, AttributeType: KEY_TYPES[String(Type)] ?? Type }],
    KeySchema: [{ AttributeName, KeyType: 'HASH' }],
  });
}

/** A REST API, its deployment, whose id ends in a hash of the definition, and its stage. */
function expandApi(id: string, resource: Fields): Resources {
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
function expandHttpApi(id: string, resource: Fields): Resources {
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

const EXPANSIONS: Readonly<Record<string, (id: string, resource: Fields) => Resources>> = {
  'AWS::Serverless::Api': expandApi,
  'AWS::Serverless::Function': expandFunction,
  'AWS::Serverless::HttpApi': expandHttpApi,
  'AWS::Serverless::SimpleTable': expandTable,
};

/** Maps are merged, lists are joined, other values of the resource replace the global ones. */
function merge(global: unknown, local: unknown): unknown {
  if (local === undefined) return global;
  if (Array.isArray(global) && Array.isArray(local)) return [...global, ...local];
  if (!isFields(global) || !isFields(local)) return local;
  const names = new Set([...Object.keys(global), ...Object.keys(local)]);
  return Object.fromEntries([...names].map((name) => [name, merge(global[name], local[name])]));
}

/** APIs that functions' events name by default. */
const IMPLICIT_APIS: Readonly<Record<string, string>> = {
  ServerlessHttpApi: 'AWS::Serverless::HttpApi',
  ServerlessRestApi: 'AWS::Serverless::Api',
};

/** The ids of implicit APIs that events refer to and the template does not declare. */
function implicitApis(resources: Fields): string[] {
  const events = Object.values(resources).flatMap((resource) => {
    const { Type, Properties } = fieldsOf(resource);
    return Type === 'AWS::Serverless::Function' ? Object.values(fieldsOf(fieldsOf(Properties).Events)) : [];
  });
  const has = (type: string, property: string) =>
    events.some(
      (event) => fieldsOf(event).Type === type && fieldsOf(fieldsOf(event).Properties)[property] === undefined,
    );
  return [
    ...(has('Api', 'RestApiId') ? ['ServerlessRestApi'] : []),
    ...(has('HttpApi', 'ApiId') ? ['ServerlessHttpApi'] : []),
  ];
}

/**
 * Expands functions, tables and APIs of a SAM template to what SAM documents as generated
 * resources. Other SAM resources, e.g. applications, stay as they are and are listed.
 */
export function expandSam(template: Fields): Fields {
  const { Transform: _, Globals, ...others } = template;
  const globals = fieldsOf(Globals);
  const written = fieldsOf(template.Resources);
  const implicit = implicitApis(written).map((id) => [id, { Type: IMPLICIT_APIS[id], Properties: {} }]);
  const all = { ...Object.fromEntries(implicit), ...written };
  const references = new Map<string, string>();
  const Resources = Object.entries(all).map(([id, value]) => {
    if (!isFields(value)) return { [id]: value };
    const type = String(value.Type);
    if (!Object.hasOwn(EXPANSIONS, type)) return { [id]: value };
    const section = type.split('::')[2] ?? '';
    const resource = { ...value, Properties: merge(globals[section], value.Properties ?? {}) };
    const made = EXPANSIONS[type]?.(id, resource) ?? {};
    for (const [name, madeId] of referencesOf(id, made)) references.set(name, madeId);
    const { Metadata, DependsOn = [] } = value;
    return { ...made, [id]: { ...made[id], DependsOn, ...(Metadata === undefined ? {} : { Metadata }) } };
  });
  const expanded = { ...others, Resources: Object.assign({}, ...Resources) };
  return references.size === 0 ? expanded : fieldsOf(replaceReferences(expanded, references));
}
