import { pascalCase } from '@twelvefold/core/internal';
import type { Manifest, ManifestComponent, ManifestResource, ManifestSupervisor } from 'twelvefold/manifest';
import { manifestShape } from './manifest-shapes.ts';
import { isFields } from './shape.ts';

/**
 * Calls of Lambda's poller with the function's role (Lambda developer guide, SQS event source
 * permissions).
 */
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/**
 * Everything that is wrong with a manifest, which is JSON and may come from anywhere: its shape,
 * and if that is right, the parts that do not go together. `kinds` are those with a handler.
 */
export function manifestFaults(manifest: unknown, kinds: readonly string[]): string[] {
  // A manifest of another version has another shape; its faults would only distract.
  if (isFields(manifest) && manifest.version !== undefined && manifest.version !== 2) {
    return [`version is ${JSON.stringify(manifest.version)}, but this version of @twelvefold/cdk reads version 2`];
  }
  const faults = manifestShape(manifest, 'manifest');
  if (faults.length > 0) return faults;
  const { components, resources, config, supervisor } = manifest as Manifest; // its shape is right
  const functions = [...components, ...(supervisor ? [supervisor] : [])];
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  const configKeys = [...config.parameters, ...config.secrets].map(({ key }) => key);
  const consumed = components.flatMap(({ trigger }) => (trigger.kind === 'queue' ? [trigger.resource] : []));
  return [
    ...twice(resources.map(({ key }) => `resources have the key '${key}'`)),
    ...twice(resources.map(({ kind, physicalName }) => `${kind}s have the name '${physicalName}'`)),
    ...twice(
      resources.flatMap(({ cloudFormation = [] }) =>
        cloudFormation.map(({ id }) => `resources make the logical id '${id}'`),
      ),
    ),
    ...twice(resources.flatMap(({ binding }) => (binding ? [`resources have the binding ${binding.env}`] : []))),
    ...twice(resources.flatMap(({ binding }) => (binding ? [`resources have the binding ${binding.parameter}`] : []))),
    ...twice(functions.map(({ name }) => `components have the name '${name}'`)),
    ...twice(functions.map(({ entry }) => `components have the entry '${entry}'`)),
    ...twice(consumed.map((key) => `components consume '${key}' and would compete for its messages`)),
    ...twice(configKeys.map((key) => `config values have the key '${key}'`)),
    ...twice([...new Set(configKeys)].map((key) => `config keys make the logical id '${pascalCase(key)}'`)),
    ...resources.flatMap((resource) => resourceFaults(resource, kinds)),
    ...functions.flatMap((component) => usesFaults(component, byKey, kinds)),
    ...components.flatMap((component) => triggerFaults(component, byKey)),
    ...(supervisor ? supervisorFaults(supervisor, components) : []),
  ];
}

/** The statements that are there more than once. */
function twice(statements: readonly string[]): string[] {
  const repeated = new Set(statements.filter((statement, at) => statements.indexOf(statement) !== at));
  return [...repeated].map((statement) => `two ${statement}`);
}

/** A resource that nothing makes. */
function resourceFaults(resource: ManifestResource, kinds: readonly string[]): string[] {
  const { key, kind, binding, cloudFormation } = resource;
  if (kinds.includes(kind)) return [];
  if (cloudFormation === undefined) {
    return [`resource '${key}' has no cloudFormation: pass a handler for its kind, kinds: { ${kind}: ... }`];
  }
  return binding && binding.from === undefined ? [`resource '${key}' has a binding without 'from'`] : [];
}

function usesFaults(
  { name, grants, uses }: Pick<ManifestComponent, 'name' | 'grants' | 'uses'>,
  byKey: ReadonlyMap<string, ManifestResource>,
  kinds: readonly string[],
): string[] {
  const at = `component '${name}'`;
  const faults = grants.flatMap(({ resource: key, actions, part }) => {
    const resource = byKey.get(key);
    if (resource === undefined) return [`${at} has a grant on '${key}', which is not in resources`];
    if (kinds.includes(resource.kind)) return [];
    if (part !== undefined && !Object.hasOwn(resource.parts ?? {}, part)) {
      return [`${at} is granted ${actions.join(', ')} on '${part}' of '${key}', which is not in its parts`];
    }
    if ((resource.arns ?? []).length > 0) return [];
    return [`${at} is granted ${actions.join(', ')} on '${key}', but the kind '${resource.kind}' gives no ARN for it`];
  });
  return [
    ...faults,
    ...uses.filter((key) => !byKey.has(key)).map((key) => `${at} uses '${key}', which is not in resources`),
  ];
}

function triggerFaults(
  { name, grants, trigger }: ManifestComponent,
  byKey: ReadonlyMap<string, ManifestResource>,
): string[] {
  const at = `component '${name}'`;
  if (trigger.kind !== 'queue') return [];
  if (!byKey.has(trigger.resource)) {
    return [`${at} is triggered by '${trigger.resource}', which is not in resources`];
  }
  const granted = grants.filter(({ resource }) => resource === trigger.resource).flatMap(({ actions }) => actions);
  const lacking = POLLING.filter((action) => !granted.includes(action));
  return lacking.length === 0
    ? []
    : [`${at} consumes '${trigger.resource}' without the grant of ${lacking.join(', ')}`];
}

function supervisorFaults(
  { tasks, schedules }: ManifestSupervisor,
  components: readonly ManifestComponent[],
): string[] {
  const invoked = new Set(components.filter(({ trigger }) => trigger.kind === 'invoke').map(({ name }) => name));
  return [
    ...tasks.filter((task) => !invoked.has(task)).map((task) => `the supervisor has '${task}', which is not a task`),
    ...schedules
      .filter(({ task }) => !tasks.includes(task))
      .map(({ name, task }) => `schedule '${name}' starts '${task}', which the supervisor does not have`),
    ...twice(schedules.map(({ name }) => `schedules have the name '${name}'`)),
  ];
}
