import { createHash } from 'node:crypto';
import { expandApi, expandHttpApi, withApis } from './sam-apis.ts';
import { withNotifications } from './sam-buckets.ts';
import { contentOf, expandFunction } from './sam-function.ts';
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

/**
 * A layer's version, whose id ends in a hash of its properties, so that a changed layer is a new
 * resource and the old one is kept.
 */
function expandLayer(id: string, resource: Fields): Resources {
  const { ContentUri, RetentionPolicy = 'Retain', PublishLambdaVersion: _, ...others } = fieldsOf(resource.Properties);
  const hash = createHash('sha256')
    .update(JSON.stringify(resource.Properties) ?? '')
    .digest('hex')
    .slice(0, 10);
  const expansion = withResource(`${id}${hash}`, resource, 'AWS::Lambda::LayerVersion', {
    LayerName: id,
    ...others,
    Content: contentOf(ContentUri) ?? ContentUri,
  });
  const DeletionPolicy = RetentionPolicy === 'Delete' ? 'Delete' : 'Retain';
  return Object.fromEntries(Object.entries(expansion).map(([key, layer]) => [key, { ...layer, DeletionPolicy }]));
}

const EXPANSIONS: Readonly<Record<string, (id: string, resource: Fields) => Resources>> = {
  'AWS::Serverless::Api': expandApi,
  'AWS::Serverless::Function': expandFunction,
  'AWS::Serverless::HttpApi': expandHttpApi,
  'AWS::Serverless::LayerVersion': expandLayer,
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

/** A SAM resource with the global properties of its type. */
function withGlobals(resource: Fields, globals: Fields): Fields {
  const type = String(resource.Type);
  if (!Object.hasOwn(EXPANSIONS, type)) return resource;
  return { ...resource, Properties: merge(globals[type.split('::')[2] ?? ''], resource.Properties ?? {}) };
}

/**
 * Expands functions, tables, layers and APIs of a SAM template to what SAM documents as generated
 * resources. Other SAM resources, e.g. applications, stay as they are and are listed.
 *
 * @throws TypeError for what SAM refuses
 */
export function expandSam(template: Fields): Fields {
  const { Transform: _, Globals, ...others } = template;
  const globals = fieldsOf(Globals);
  const written = Object.entries(fieldsOf(template.Resources)).map(([id, value]) => [
    id,
    isFields(value) ? withGlobals(value, globals) : value,
  ]);
  const all = withNotifications(withApis(Object.fromEntries(written)));
  const references = new Map<string, string>();
  const Resources = Object.entries(all).map(([id, value]) => {
    if (!isFields(value)) return { [id]: value };
    const type = String(value.Type);
    const expanded = Object.hasOwn(EXPANSIONS, type) ? EXPANSIONS[type]?.(id, value) : undefined;
    if (expanded === undefined) return { [id]: value };
    for (const [name, expandedId] of referencesOf(id, expanded)) references.set(name, expandedId);
    const { Metadata, DependsOn = [] } = value;
    // A layer has another id than the template gives it.
    const main = Object.hasOwn(expanded, id) ? id : (Object.keys(expanded)[0] ?? id);
    return { ...expanded, [main]: { ...expanded[main], DependsOn, ...(Metadata === undefined ? {} : { Metadata }) } };
  });
  const expanded = { ...others, Resources: Object.assign({}, ...Resources) };
  return references.size === 0 ? expanded : fieldsOf(replaceReferences(expanded, references));
}
