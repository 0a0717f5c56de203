import { readFileSync } from 'node:fs';
import type { ManifestComponent } from 'twelvefold/manifest';
import { expect, it } from 'vitest';
import { manifest } from '../examples/orders/manifest.ts';
import { TEMPLATE_FILE } from './template-file.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

/** A role's part of CloudFormation that is looked at here. */
interface RoleProperties {
  readonly Policies: ReadonlyArray<{
    readonly PolicyDocument: {
      readonly Statement: ReadonlyArray<{
        readonly Action: string | readonly string[];
        readonly Resource: object | readonly object[];
      }>;
    };
  }>;
}

const template: { readonly Resources: Readonly<Record<string, Resource>> } = JSON.parse(
  readFileSync(TEMPLATE_FILE, 'utf8'),
);
const resources = Object.entries(template.Resources);
const atStage = (text: string) => ({ 'Fn::Sub': text.replaceAll('{stage}', `\${Stage}`) });

/**
 * The property that names a resource, by type: found by its name, so that logical ids prove nothing
 * here.
 */
const NAMES: Readonly<Record<string, readonly [type: string, property: string]>> = {
  queue: ['AWS::SQS::Queue', 'QueueName'],
  topic: ['AWS::SNS::Topic', 'TopicName'],
  table: ['AWS::DynamoDB::Table', 'TableName'],
  secret: ['AWS::SecretsManager::Secret', 'Name'],
};

function logicalId(kind: string, name: string): string {
  const [type, property = ''] = NAMES[kind] ?? [];
  const found = resources.filter(
    ([, { Type, Properties }]) =>
      Type === type && JSON.stringify(Properties[property]) === JSON.stringify(atStage(name)),
  );
  expect(found, `the ${kind} ${name}`).toHaveLength(1);
  return found[0]?.[0] ?? '';
}

function granted(component: ManifestComponent): string[] {
  return component.grants.flatMap(({ resource: key, part, actions }) => {
    const resource = manifest.resources.find((one) => one.key === key);
    const kind = resource?.kind === 'queue' || resource?.kind === 'topic' ? resource.kind : 'table';
    const id = logicalId(kind, resource?.physicalName ?? '');
    // A part of a table is an index.
    const whole = kind === 'topic' ? { Ref: id } : { 'Fn::GetAtt': [id, 'Arn'] };
    const arn = part === undefined ? whole : { 'Fn::Sub': `\${${id}.Arn}/index/${part}` };
    return actions.map((action) => `${action} ${JSON.stringify(arn)}`);
  });
}

function readingConfig({ config }: ManifestComponent): string[] {
  const [partition, region, account] = ['Partition', 'Region', 'AccountId'].map((part) => `\${AWS::${part}}`);
  return (config?.access ?? []).flatMap(({ action, on, names }) =>
    names.map((name) => {
      const resource =
        on === 'secrets'
          ? { Ref: logicalId('secret', name) }
          : atStage(`arn:${partition}:ssm:${region}:${account}:parameter${name}`);
      return `${action} ${JSON.stringify(resource)}`;
    }),
  );
}

/**
 * The actions that the role which `reference` (`Fn::GetAtt` of its ARN) names allows, without the
 * writing of logs.
 */
function allowed(reference: unknown): string[] {
  const [roleId = ''] = (reference as { 'Fn::GetAtt': readonly string[] })['Fn::GetAtt']; // how the template refers to roles
  const role = template.Resources[roleId];
  if (role?.Type !== 'AWS::IAM::Role') throw new Error(`${roleId} is not a role of the template`);
  const { Policies } = role.Properties as unknown as RoleProperties; // by its type
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource: on }) =>
      [Action].flat().flatMap((action) => [on].flat().map((one) => `${action} ${JSON.stringify(one)}`)),
    )
    .filter((pair) => !pair.startsWith('logs:'))
    .sort();
}

it('grants each function exactly what its component uses', () => {
  const functions = resources.filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  const names = functions.map(([, { Metadata }]) => Metadata?.['twelvefold:component']);
  // The supervisor of tasks has permissions beside those of `uses`: supervisor.test.ts of the
  // construct.
  expect(names).toEqual([...manifest.components.map(({ name }) => name), 'supervisor']);
  for (const component of manifest.components) {
    const [, found] = functions.find(([, { Metadata }]) => Metadata?.['twelvefold:component'] === component.name) ?? [];
    expect(found?.Metadata?.['twelvefold:entry']).toBe(component.entry);
    expect(allowed(found?.Properties.Role), component.name).toEqual(
      [...granted(component), ...readingConfig(component)].sort(),
    );
  }
});

it('lets components read the config that they name, and no other', () => {
  expect(Object.fromEntries(manifest.components.map(({ name, config }) => [name, config?.reads]))).toEqual({
    http: undefined,
    orders: ['pricing', 'payments.apiKey'],
    notifications: undefined,
    'recalculate-totals': ['pricing'],
  });
  const everything = JSON.stringify(resources.filter(([id]) => id === 'HttpFunctionRole'));
  expect(everything).not.toMatch(/secretsmanager|pricing|payments/);
});

it('grants the service exactly what its components use together', () => {
  const tasks = resources.filter(([, { Type }]) => Type === 'AWS::ECS::TaskDefinition');
  expect(tasks).toHaveLength(1);
  const components = manifest.components.filter(({ trigger }) => trigger.kind !== 'invoke');
  const together = new Set([...components.flatMap(granted), ...components.flatMap(readingConfig)]);
  expect(allowed(tasks[0]?.[1].Properties.TaskRoleArn)).toEqual([...together].sort());
});

it('binds every resource of the manifest, and no other', () => {
  const names = resources
    .filter(
      ([, { Type, Properties }]) => Type === 'AWS::SSM::Parameter' && JSON.stringify(Properties).includes('/bindings/'),
    )
    .map(([, { Properties }]) => Properties.Name);
  expect(names).toEqual(manifest.resources.map(({ binding }) => atStage(binding?.parameter ?? '')));
});
