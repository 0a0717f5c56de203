import { pascalCase } from '@twelvefold/core/internal';
import type { DevManifest, DevResource } from './dev-manifest.ts';

interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly Metadata?: Readonly<Record<string, string>>;
}

/** A CloudFormation template as `provision` takes it. */
export interface DevTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

export interface DevTemplateOptions {
  readonly stage: string;
  /** Variables of every function, over the bindings. Without it the template has no functions. */
  readonly functions?: {
    readonly env: Readonly<Record<string, string>>;
    /** In seconds, e.g. for a debugger. @defaultValue as `TwelveFactorApp` sets it */
    readonly timeoutSeconds?: number;
    /** The file that runs for a built entry, e.g. `lambda/orders.ts` for `lambda/orders.js`. */
    entryOf(entry: string): string;
  };
}

/** One less than an HTTP API waits, so that the function's answer arrives. */
const HTTP_TIMEOUT_SECONDS = 29;
/** Lambda recommends a visibility timeout of six times the function's. */
const VISIBILITY_PER_TIMEOUT = 6;
/** The longest that Lambda allows. */
export const MAX_TIMEOUT_SECONDS = 900;

/**
 * The resources of a manifest at a stage, with the logical ids and properties that
 * `TwelveFactorApp`
 * gives them, and on request its functions. Resources that the manifest does not make are left out.
 */
export function devTemplate(manifest: DevManifest, { stage, functions }: DevTemplateOptions): DevTemplate {
  const resources: Record<string, TemplateResource> = {};
  for (const { cloudFormation = [] } of manifest.resources) {
    for (const { id, type, properties, dependsOn } of cloudFormation) {
      resources[id] = { Type: type, Properties: properties, ...(dependsOn && { DependsOn: dependsOn }) };
    }
  }
  for (const { key, binding } of manifest.resources) {
    if (binding?.from === undefined) continue;
    resources[`${pascalCase(key)}Binding`] = parameter(binding.parameter, binding.from);
  }
  for (const { key, name, default: value } of manifest.config.parameters) {
    // Parameter Store takes no empty value.
    if (value !== undefined && value !== '') resources[`${pascalCase(key)}Parameter`] = parameter(name, value);
  }
  for (const [index, id] of [...new Set(manifest.config.secrets.flatMap(madeSecret))].entries()) {
    resources[`Secret${index}`] = { Type: 'AWS::SecretsManager::Secret', Properties: { Name: id } };
  }
  if (functions) {
    for (const component of manifest.components) Object.assign(resources, functionOf(manifest, component, functions));
  }
  return { Resources: atStage(resources, stage) as DevTemplate['Resources'] }; // the shape stays
}

const madeSecret = ({ id, shared }: DevManifest['config']['secrets'][number]) => (shared ? [] : [id]);

const parameter = (name: string, value: unknown): TemplateResource => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: name, Type: 'String', Value: value },
});

/** The binding variables of the resources that a component uses, as CloudFormation values. */
export function bindingVariables(
  resources: readonly DevResource[],
  uses: (key: string) => boolean,
): Record<string, unknown> {
  return Object.fromEntries(
    resources.flatMap(({ key, binding }) =>
      binding?.from !== undefined && uses(key) ? [[binding.env, binding.from]] : [],
    ),
  );
}

function functionOf(
  manifest: DevManifest,
  { name, entry, export: exported, trigger, uses }: DevManifest['components'][number],
  { env, timeoutSeconds = timeoutOf(trigger), entryOf }: NonNullable<DevTemplateOptions['functions']>,
): Record<string, TemplateResource> {
  const id = pascalCase(name);
  const target = { 'Fn::GetAtt': [`${id}Function`, 'Arn'] };
  const resources: Record<string, TemplateResource> = {
    [`${id}Function`]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: `${manifest.app}-{stage}-${name}`,
        Handler: `${entry.replace(/^.*\/|\.js$/g, '')}.${exported}`,
        Timeout: timeoutSeconds,
        MemorySize: 512,
        Environment: {
          Variables: { ...bindingVariables(manifest.resources, (key) => uses.includes(key)), ...env },
        },
      },
      Metadata: { 'twelvefold:entry': entryOf(entry), 'twelvefold:component': name },
    },
  };
  if (trigger.kind === 'http') {
    resources[`${id}Api`] = trigger.streaming
      ? {
          Type: 'AWS::Lambda::Url',
          Properties: { TargetFunctionArn: target, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' },
        }
      : {
          Type: 'AWS::ApiGatewayV2::Api',
          Properties: { Name: `${manifest.app}-{stage}-${name}`, ProtocolType: 'HTTP', Target: target },
        };
  }
  const queue = manifest.resources.find(({ key }) => trigger.kind === 'queue' && key === trigger.resource);
  if (queue?.arns?.[0] !== undefined) {
    resources[`${id}EventSource`] = {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: queue.arns[0],
        FunctionName: target,
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    };
  }
  return resources;
}

function timeoutOf({ kind, visibilitySeconds }: DevManifest['components'][number]['trigger']): number {
  if (kind === 'http') return HTTP_TIMEOUT_SECONDS;
  if (visibilitySeconds === undefined) return MAX_TIMEOUT_SECONDS;
  return Math.min(MAX_TIMEOUT_SECONDS, Math.max(1, Math.floor(visibilitySeconds / VISIBILITY_PER_TIMEOUT)));
}

/** Puts the stage in the place of `{stage}`, in every text. */
export function atStage(value: unknown, stage: string): unknown {
  if (typeof value === 'string') return value.replaceAll('{stage}', stage);
  if (Array.isArray(value)) return value.map((item) => atStage(item, stage));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, atStage(field, stage)]));
}
