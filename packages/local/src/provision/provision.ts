import { createHash } from 'node:crypto';
import { assertKnownOptions } from '@twelvefold/core/internal';
import type { AwsClient } from '../client/aws-client.ts';
import { AwsCallError, createAwsClient } from '../client/aws-client.ts';
import { resolveDynamicReferences } from './dynamic-references.ts';
import type { Scope } from './intrinsics.ts';
import { NO_VALUE, resolveIntrinsics, resolveKnown, text } from './intrinsics.ts';
import { listResource } from './list-resource.ts';
import type { ParameterValues, Pseudo } from './parameters.ts';
import { readParameters, readPseudo } from './parameters.ts';
import { parseTemplate } from './parse-template.ts';
import { makePlan } from './plan.ts';
import { isUnsupported } from './resource-type.ts';
import { madeType } from './resource-types/made-types.ts';
import type { ConnectionOptions, ProvisionedResource, ProvisionedStack, ProvisionProgress } from './stack.ts';
import { readConnection } from './stack.ts';
import type { TemplateResource } from './template.ts';
import { readTemplate } from './template.ts';
import { rolePolicyLimit, templateLimits } from './template-limits.ts';
import { UnknownValueError, unknownValueIn } from './unknown-value.ts';

export interface ProvisionOptions extends ConnectionOptions {
  /**
   * Values of the template's parameters.
   *
   * @defaultValue none: every parameter must have a default
   */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /**
   * `AWS::StackName`, and the beginning of the names of resources that the template leaves unnamed.
   *
   * @defaultValue `local`
   */
  readonly stackName?: string | undefined;
  /** Hears of each resource once it is done. */
  readonly onProgress?: ((progress: ProvisionProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS: ReadonlyArray<keyof ProvisionOptions> = [
  'endpoint',
  'region',
  'credentials',
  'env',
  'parameters',
  'stackName',
  'onProgress',
  'signal',
];

/** A resource that is there or listed, and what `Ref` and `Fn::GetAtt` give for it. */
interface Entry extends ProvisionedResource {
  ref(): string;
  attribute(name: string): string;
}

async function fetchStored(client: AwsClient, { values, stored }: ParameterValues, types: (name: string) => unknown) {
  const all = new Map(values);
  for (const name of stored) {
    const path = String(values.get(name));
    // CDK's templates carry a bootstrap parameter that nothing refers to: one that is missing fails
    // where it is used.
    const answer = await client.json('ssm', 'GetParameters', { Names: [path] });
    const [found] = (answer.Parameters as ReadonlyArray<{ Value?: string }> | undefined) ?? []; // AWS's model
    all.delete(name);
    if (found?.Value !== undefined) {
      all.set(name, String(types(name)).includes('List<') ? found.Value.split(',') : found.Value);
    }
  }
  return all;
}

/** The longest generated name by type; a queue's leaves room for `.fifo`. */
const MAX_NAMES: Readonly<Record<string, number>> = {
  'AWS::IAM::Role': 64,
  'AWS::Lambda::Function': 64,
  'AWS::SQS::Queue': 75,
};
const MAX_NAME = 255;

/** A long name is cut and ends in a hash of the whole, so that it stays the same and unique. */
function generatedName(name: string, type: string): string {
  const max = MAX_NAMES[type] ?? MAX_NAME;
  if (name.length <= max) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12).toUpperCase();
  return `${name.slice(0, max - hash.length - 1)}-${hash}`;
}

/**
 * Dynamic references of a resource that is only listed may name what is not here: they stay, with a
 * note.
 */
async function resolveReferences(value: unknown, client: AwsClient, isMade: boolean) {
  const fields = (resolved: unknown) => resolved as Record<string, unknown>; // an object stays one
  try {
    return { properties: fields(await resolveDynamicReferences(value, client)), note: undefined };
  } catch (error) {
    if (isMade || !(error instanceof Error)) throw error;
    return { properties: fields(value), note: error.message };
  }
}

async function makeEntry(
  resource: TemplateResource,
  scope: Scope,
  client: AwsClient,
  pseudo: Pseudo,
  isOnAws: boolean,
): Promise<{ entry: Entry; outcome: ProvisionProgress['outcome']; note?: string | undefined }> {
  const { logicalId, type, metadata } = resource;
  const at = `Resources.${logicalId}.Properties`;
  const known = madeType(type);
  const make = known?.isForPermissions && isOnAws ? undefined : known?.make;
  const notes: string[] = [];
  const written =
    make === undefined
      ? resolveKnown(resource.properties, scope, at, notes)
      : resolveIntrinsics(resource.properties, scope, at);
  const { properties, note: unresolved } = await resolveReferences(written, client, make !== undefined);
  const defaultName = generatedName(`${pseudo.stackName}-${logicalId}`, type);
  const base = { logicalId, type, properties, metadata };
  if (make === undefined) {
    rolePolicyLimit(type, properties);
    const listed = listResource(logicalId, type, properties, defaultName, pseudo);
    if (unresolved !== undefined) notes.push(unresolved);
    return { entry: { ...base, ...listed, created: false }, outcome: 'listed', note: notes.join('; ') || undefined };
  }
  const arn = (service: string, name: string) =>
    `arn:${pseudo.partition}:${service}:${pseudo.region}:${pseudo.account}:${name}`;
  const { physicalId, attributes, outcome, note } = await make({ logicalId, properties, client, defaultName, arn });
  const attribute = (name: string) => {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (value === undefined) throw new Error(`${logicalId} (${type}) has no attribute ${name} here`);
    return value;
  };
  return { entry: { ...base, physicalId, ref: () => physicalId, attribute, created: true }, outcome, note };
}

/**
 * Why a resource that would be created is only listed. Undefined where the template itself is at
 * fault.
 */
function reasonToList(error: unknown, { type }: TemplateResource): string | undefined {
  const unknown = unknownValueIn(error);
  // Permissions on what is only listed cannot be used here either.
  const isListed =
    isUnsupported(error) || (unknown !== undefined && (!unknown.isResource || madeType(type)?.isForPermissions));
  return isListed && error instanceof Error ? error.message : undefined;
}

/**
 * Lists a resource that cannot be created here. What uses its values is refused, unless the values
 * are known by its type.
 */
function listUnmade(resource: TemplateResource, scope: Scope, reason: string, pseudo: Pseudo): Entry {
  const { logicalId, type, metadata } = resource;
  const refuse = (what: string) => () => {
    throw new UnknownValueError(`${logicalId} (${type}) could not be created, so ${what} is not known (${reason})`);
  };
  const resolved = resolveKnown(resource.properties, scope, `Resources.${logicalId}.Properties`, []);
  const properties = resolved as Record<string, unknown>; // an object stays one
  const base = { logicalId, type, metadata, properties, created: false };
  if (madeType(type)?.isForPermissions) {
    const name = generatedName(`${pseudo.stackName}-${logicalId}`, type);
    return { ...base, ...listResource(logicalId, type, properties, name, pseudo) };
  }
  return {
    ...base,
    physicalId: logicalId,
    ref: refuse('its Ref'),
    attribute: (name) => refuse(`its ${name}`)(),
  };
}

function explain(resource: TemplateResource, error: unknown): Error {
  if (error instanceof AwsCallError && error.code === 'EndpointUnreachable') return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`Cannot provision ${resource.logicalId} (${resource.type}): ${reason}`, { cause: error });
}

/** The public function of this name, which `on-first-call.ts` documents and loads. */
export async function provision(template: unknown, options: ProvisionOptions): Promise<ProvisionedStack> {
  assertKnownOptions('provision', options, OPTIONS);
  const { parameters: given = {}, stackName = 'local', onProgress, signal } = options;
  const read = readTemplate(typeof template === 'string' ? await parseTemplate(template) : template);
  const note = templateLimits(template, read.resources);
  if (note !== undefined) {
    onProgress?.({ logicalId: 'Template', type: 'Template', physicalId: stackName, outcome: 'unchanged', note });
  }
  const parameters = readParameters(read.parameters, given);
  const client = createAwsClient({ ...readConnection(options), signal });
  const pseudo = await readPseudo(client, stackName);
  const values = await fetchStored(client, parameters, (name) => read.parameters[name]?.Type);
  const plan = makePlan(read, values, pseudo);
  // Permissions and log groups of a real account are for its deployments to change.
  const entries = new Map<string, Entry>();
  const scope: Scope = {
    ...plan.scope,
    ref: (name) => entries.get(name)?.ref() ?? plan.scope.ref(name),
    attribute: (id, name) => {
      const entry = entries.get(id);
      if (entry === undefined) throw new Error(`the template has no resource ${id}`);
      return entry.attribute(name);
    },
  };
  for (const resource of plan.ordered) {
    signal?.throwIfAborted();
    const { logicalId, type } = resource;
    try {
      const { entry, outcome, note } = await makeEntry(resource, scope, client, pseudo, options.endpoint === 'aws');
      entries.set(logicalId, entry);
      onProgress?.({ logicalId, type, physicalId: entry.physicalId, outcome, note });
    } catch (error) {
      signal?.throwIfAborted();
      const note = reasonToList(error, resource);
      if (note === undefined) throw explain(resource, error);
      const entry = listUnmade(resource, scope, note, pseudo);
      entries.set(logicalId, entry);
      onProgress?.({ logicalId, type, physicalId: entry.physicalId, outcome: 'listed', note });
    }
  }
  const resolve = (value: unknown) => {
    const resolved = resolveIntrinsics(value, scope, 'the value');
    return resolved === NO_VALUE ? undefined : resolved;
  };
  const outputs: Record<string, string> = {};
  for (const { name, value } of plan.outputs) {
    try {
      outputs[name] = text(resolveIntrinsics(value, scope, `Outputs.${name}`), `the output ${name}`);
    } catch (error) {
      if (unknownValueIn(error) === undefined || !(error instanceof Error)) throw error;
      onProgress?.({ logicalId: name, type: 'Output', physicalId: '', outcome: 'listed', note: error.message });
    }
  }
  return {
    outputs,
    resources: read.resources.flatMap(({ logicalId }) => {
      const entry = entries.get(logicalId);
      if (entry === undefined) return [];
      const { attribute: _, ref: __, ...resource } = entry;
      return [resource];
    }),
    resolve,
  };
}
