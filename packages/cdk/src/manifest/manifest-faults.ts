import type { Manifest, ManifestComponent, ManifestQueue, ManifestResource } from 'twelvefold/manifest';
import { pascalCase } from '../template/pascal-case.ts';
import { manifestShape } from './manifest-shapes.ts';
import { isFields } from './shape.ts';

/** What Lambda's poller calls with the function's role, by its developer guide. */
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const SERVICES: Readonly<Record<ManifestResource['kind'], string>> = { queue: 'sqs', topic: 'sns', table: 'dynamodb' };

/**
 * Everything that is wrong with a manifest, which is JSON and may come from anywhere: its shape, and if that is right, what
 * in it does not fit together.
 */
export function manifestFaults(manifest: unknown): string[] {
  // A manifest of another version has another shape; its faults would only distract.
  if (isFields(manifest) && manifest.version !== undefined && manifest.version !== 1) {
    return [`version is ${JSON.stringify(manifest.version)}, but this version of @twelvefold/cdk reads version 1`];
  }
  const faults = manifestShape(manifest, 'manifest');
  if (faults.length > 0) return faults;
  const { components, resources, config } = manifest as Manifest; // its shape is right
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  const configKeys = [...config.parameters, ...config.secrets].map(({ key }) => key);
  const consumed = components.flatMap(({ trigger }) => (trigger.kind === 'queue' ? [trigger.resource] : []));
  return [
    ...twice(resources.map(({ key }) => `resources have the key '${key}'`)),
    ...twice(resources.map(({ kind, physicalName }) => `${kind}s have the name '${physicalName}'`)),
    ...twice(resources.map(({ binding }) => `resources have the binding ${binding.env}`)),
    ...twice(resources.map(({ binding }) => `resources have the binding ${binding.parameter}`)),
    ...twice(components.map(({ name }) => `components have the name '${name}'`)),
    ...twice(components.map(({ entry }) => `components have the entry '${entry}'`)),
    ...twice(consumed.map((key) => `components consume '${key}' and would compete for its messages`)),
    ...twice(configKeys.map((key) => `config values have the key '${key}'`)),
    ...twice([...new Set(configKeys)].map((key) => `config keys make the logical id '${pascalCase(key)}'`)),
    ...resources.flatMap(nameFaults),
    ...resources.flatMap((resource) => (resource.kind === 'queue' ? queueFaults(resource, byKey) : [])),
    ...components.flatMap((component) => componentFaults(component, byKey)),
  ];
}

/** What is said of more than one. */
function twice(statements: readonly string[]): string[] {
  const repeated = new Set(statements.filter((statement, at) => statements.indexOf(statement) !== at));
  return [...repeated].map((statement) => `two ${statement}`);
}

function queueFaults(queue: ManifestQueue, byKey: ReadonlyMap<string, ManifestResource>): string[] {
  const at = `resource '${queue.key}'`;
  const faults = queue.subscribe.flatMap((key) => {
    const kind = byKey.get(key)?.kind;
    if (kind === 'topic') return [];
    return [`${at} subscribes to '${key}', which is ${kind === undefined ? 'not in resources' : `a ${kind}`}`];
  });
  const unsent = Object.keys(queue.filters ?? {}).filter((key) => !queue.subscribe.includes(key));
  faults.push(...unsent.map((key) => `${at} filters '${key}', which it does not subscribe to`));
  faults.push(...orderFaults(queue, byKey));
  if (!queue.deadLetter) return faults;
  const { resource: key } = queue.deadLetter;
  const target = byKey.get(key);
  if (target?.kind !== 'queue' || key === queue.key) {
    return [...faults, `${at} has the dead-letter queue '${key}', which is no other queue in resources`];
  }
  // A message keeps the time that it was first sent, so it would expire early, or at once.
  if (target.retentionSeconds < queue.retentionSeconds) {
    faults.push(
      `${at} keeps messages for ${queue.retentionSeconds} s, longer than its dead-letter queue '${key}' ` +
        `(${target.retentionSeconds} s), where they would expire early`,
    );
  }
  return faults;
}

/** SQS and SNS want the suffix, and order ends where a standard queue or topic begins. */
function orderFaults(queue: ManifestQueue, byKey: ReadonlyMap<string, ManifestResource>): string[] {
  if (!queue.fifo) return [];
  const at = `resource '${queue.key}'`;
  const dead = queue.deadLetter && byKey.get(queue.deadLetter.resource);
  return [
    ...queue.subscribe
      .filter((key) => byKey.get(key)?.kind === 'topic' && !isFifo(byKey.get(key)))
      .map((key) => `${at} keeps order and subscribes to '${key}', which does not: SNS refuses that`),
    ...(dead?.kind === 'queue' && !isFifo(dead)
      ? [`${at} keeps order and its dead-letter queue '${dead.key}' does not: SQS refuses that`]
      : []),
  ];
}

function isFifo(resource: ManifestResource | undefined): boolean {
  return resource !== undefined && resource.kind !== 'table' && resource.fifo === true;
}

/** A name ends in `.fifo` exactly where order is kept. */
function nameFaults(resource: ManifestResource): string[] {
  if (resource.kind === 'table' || resource.physicalName.endsWith('.fifo') === isFifo(resource)) return [];
  return [
    `resource '${resource.key}' ${isFifo(resource) ? 'keeps order, so its name must' : 'keeps no order, so its name must not'} end in .fifo`,
  ];
}

function componentFaults(component: ManifestComponent, byKey: ReadonlyMap<string, ManifestResource>): string[] {
  const { name, grants, trigger } = component;
  const at = `component '${name}'`;
  const faults = grants.flatMap(({ resource: key, actions }) => {
    const kind = byKey.get(key)?.kind;
    if (kind === undefined) return [`${at} has a grant on '${key}', which is not in resources`];
    return actions
      .filter((action) => !action.startsWith(`${SERVICES[kind]}:`))
      .map((action) => `${at} is granted ${action} on '${key}', but that is a ${kind}`);
  });
  if (trigger.kind !== 'queue') return faults;
  const kind = byKey.get(trigger.resource)?.kind;
  if (kind !== 'queue') {
    const what = kind === undefined ? 'not in resources' : `a ${kind}`;
    return [...faults, `${at} is triggered by the queue '${trigger.resource}', which is ${what}`];
  }
  const granted = grants.filter(({ resource }) => resource === trigger.resource).flatMap(({ actions }) => actions);
  const lacking = POLLING.filter((action) => !granted.includes(action));
  return lacking.length === 0
    ? faults
    : [...faults, `${at} consumes '${trigger.resource}' without the grant of ${lacking.join(', ')}`];
}
