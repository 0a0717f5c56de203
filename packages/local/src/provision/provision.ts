import { assertKnownOptions } from '@twelvefold/core/internal';
import type { AwsClient } from '../client/aws-client.ts';
import { AwsCallError, createAwsClient } from '../client/aws-client.ts';
import type { Entry } from './entry.ts';
import { generatedName, listUnmade, makeEntry, reasonToList, writtenProperties } from './entry.ts';
import type { Scope } from './intrinsics.ts';
import { NO_VALUE, resolveIntrinsics, text } from './intrinsics.ts';
import type { ParameterValues } from './parameters.ts';
import { readParameters, readPseudo } from './parameters.ts';
import { parseTemplate } from './parse-template.ts';
import { makePlan } from './plan.ts';
import type { MakeResource } from './resource-type.ts';
import { madeType } from './resource-types/made-types.ts';
import type { ConnectionOptions, ProvisionedStack, ProvisionProgress } from './stack.ts';
import { readConnection } from './stack.ts';
import type { TemplateResource } from './template.ts';
import { readTemplate } from './template.ts';
import { templateLimits } from './template-limits.ts';
import { unknownValueIn } from './unknown-value.ts';

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

/** Permissions and log groups of a real account are for its deployments to change. */
function wayToMake(type: string, isOnAws: boolean): MakeResource | undefined {
  const known = madeType(type);
  return known === undefined || known.isForStacks || (known.isForPermissions && isOnAws) ? undefined : known.make;
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
      const make = wayToMake(type, options.endpoint === 'aws');
      const notes: string[] = [];
      const written = writtenProperties(resource, scope, make !== undefined, notes);
      const defaultName = generatedName(`${stackName}-${logicalId}`, type);
      const { entry, outcome, note } = await makeEntry({ resource, written, make, client, pseudo, defaultName });
      entries.set(logicalId, entry);
      if (note !== undefined) notes.push(note);
      onProgress?.({
        logicalId,
        type,
        physicalId: entry.physicalId,
        outcome,
        note: notes.length > 0 ? notes.join('; ') : undefined,
      });
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
