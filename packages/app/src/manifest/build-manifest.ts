import type { ResourceDefinition } from '@twelvefold/backing';
import { bindings } from '../bindings.ts';
import type { AppIdentity, Component } from '../component.ts';
import type { Backing } from '../context.ts';
import { deadLetterKey, physicalName } from '../names.ts';
import { RESOURCE_ACCESS } from '../resource-access.ts';
import { STAGE_PLACEHOLDER } from '../stage.ts';
import type { Manifest, ManifestComponent, ManifestConfig, ManifestResource } from './manifest.ts';
import { subscriptionFaults, unseenSubscriptions } from './subscription-faults.ts';

/** Lambda refuses longer function names. */
const MAX_FUNCTION_NAME = 64;
const LONGEST_STAGE = 16;
/** SQS's default. */
const RETENTION_SECONDS = 4 * 86_400;
/** SNS's own limit of a message, attributes included. */
const TOPIC_BYTES = 262_144;
/** SQS's longest: a message keeps its age in a dead-letter queue, which must therefore outlive its source's retention. */
const DEAD_LETTER_RETENTION_SECONDS = 14 * 86_400;

/**
 * The app as data, from its definitions and the entries of its components.
 *
 * @param entries components by built entry, e.g. `{ 'lambda/http.js': api }`
 * @throws TypeError listing components of another app, two components of one name, a name that Lambda would refuse.
 */
export function buildManifest(app: AppIdentity, entries: Readonly<Record<string, Component>>): Manifest {
  assertEntries(app, entries);
  const notes = Object.entries(app.backing).flatMap(([key, definition]) =>
    definition.kind === 'queue' ? unseenSubscriptions(key, definition) : [],
  );
  return {
    version: 1,
    app: app.name,
    components: Object.entries(entries).map(([entry, component]) => manifestComponent(app.backing, entry, component)),
    resources: manifestResources(app),
    config: manifestConfig(app),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** Only a provisioned default is listed: any other is the schema's, and a value pushed over it must not meet one of the stack's. */
function manifestConfig({ name: app, config }: AppIdentity): ManifestConfig {
  const plan = config?.plan({ app, stage: STAGE_PLACEHOLDER });
  if (!plan) return { parameters: [], secrets: [] };
  // An ARN, `rds!...` and `/aws/...` name what another owner made.
  const made = (name: string) => name.includes(STAGE_PLACEHOLDER) && !/^arn:|^\/?aws\/|!/.test(name);
  const shared = (name: string) => (made(name) ? {} : { shared: true as const });
  return {
    parameters: plan.keys.flatMap(({ key, parameter, provisioned, default: text }) => {
      if (parameter === undefined) return [];
      // Without its version or label.
      const name = parameter.replace(/:[^/]*$/, '');
      return [{ key, name, ...(provisioned && text !== undefined ? { default: text } : {}), ...shared(name) }];
    }),
    secrets: plan.keys.flatMap(({ key, secretId: id }) => (id === undefined ? [] : [{ key, id, ...shared(id) }])),
    access: plan.access,
  };
}

function assertEntries(app: AppIdentity, entries: Readonly<Record<string, Component>>): void {
  const faults: string[] = [];
  const names = new Map<string, string>();
  for (const [entry, component] of Object.entries(entries)) {
    if (component.app !== app) faults.push(`'${entry}' belongs to another app`);
    const taken = names.get(component.name);
    if (taken) faults.push(`'${entry}' and '${taken}' are both named '${component.name}'; a queue has one consumer`);
    names.set(component.name, entry);
    const { length } = physicalName(app.name, 'x'.repeat(LONGEST_STAGE), component.name);
    if (length > MAX_FUNCTION_NAME)
      faults.push(`'${component.name}' makes a function name of ${length} characters; Lambda allows 64`);
  }
  for (const [key, definition] of Object.entries(app.backing)) {
    if (definition.kind === 'queue') faults.push(...subscriptionFaults(key, definition));
  }
  if (faults.length > 0) throw new TypeError(`Cannot build the manifest of '${app.name}': ${faults.join('; ')}`);
}

function manifestComponent(backing: Backing, entry: string, component: Component): ManifestComponent {
  const grants = new Map<string, readonly string[]>();
  const grant = (resource: string, actions: readonly string[]) =>
    grants.set(resource, [...new Set([...(grants.get(resource) ?? []), ...actions])]);

  for (const [resource, accesses] of Object.entries(component.uses))
    grant(resource, actionsOf(backing[resource], accesses ?? []));
  if (component.kind === 'consumer') {
    const definition = backing[component.queue];
    grant(component.queue, actionsOf(definition, ['consume']));
    // Poison goes straight to the dead-letter queue.
    if (definition?.kind === 'queue' && definition.deadLetter)
      grant(deadLetterKey(component.queue), actionsOf(definition, ['send']));
  }
  return {
    name: component.name,
    entry,
    export: 'handler',
    trigger: triggerOf(component),
    grants: [...grants].map(([resource, actions]) => ({ resource, actions })),
  };
}

function triggerOf(component: Component): ManifestComponent['trigger'] {
  switch (component.kind) {
    case 'http':
      return { kind: 'http' };
    case 'consumer':
      return { kind: 'queue', resource: component.queue };
    case 'task':
      return { kind: 'invoke' };
  }
}

function actionsOf(definition: ResourceDefinition | undefined, accesses: readonly string[]): string[] {
  return definition ? accesses.flatMap((access) => RESOURCE_ACCESS[definition.kind][access] ?? []) : [];
}

function manifestResources(app: AppIdentity): ManifestResource[] {
  return bindings(app, STAGE_PLACEHOLDER).map((binding) => {
    const { key, physicalName: name, env, parameter, value } = binding;
    const base = { key, physicalName: name, binding: { env, parameter, value } };
    return { ...base, ...resourceDetails(app.backing, key) };
  });
}

type Details<R> = R extends ManifestResource ? Omit<R, 'key' | 'physicalName' | 'binding'> : never;

function resourceDetails(backing: Backing, key: string): Details<ManifestResource> {
  const definition = backing[key];
  if (!definition) {
    // Only a dead-letter queue has a binding without a definition of its own.
    const source = Object.entries(backing).find(([other]) => deadLetterKey(other) === key)?.[1];
    return {
      kind: 'queue',
      visibilitySeconds: 30,
      retentionSeconds: DEAD_LETTER_RETENTION_SECONDS,
      subscribe: [],
      ...(source?.kind === 'queue' && source.fifo ? { fifo: true } : {}),
    };
  }
  switch (definition.kind) {
    case 'queue': {
      const { deadLetter, subscribe, fifo } = definition;
      const keyOf = (topic: ResourceDefinition) => Object.keys(backing).filter((other) => backing[other] === topic);
      const filters = subscribe.flatMap((topic, at) => {
        const policy = definition.filters[at];
        return policy ? keyOf(topic).map((other) => [other, policy] as const) : [];
      });
      return {
        kind: 'queue',
        visibilitySeconds: definition.visibilityMs / 1_000,
        retentionSeconds: RETENTION_SECONDS,
        ...(deadLetter ? { deadLetter: { resource: deadLetterKey(key), maxReceives: deadLetter.maxReceives } } : {}),
        subscribe: subscribe.flatMap(keyOf),
        ...(fifo ? { fifo: true } : {}),
        ...(filters.length > 0 ? { filters: Object.fromEntries(filters) } : {}),
      };
    }
    case 'topic':
      return {
        kind: 'topic',
        ...(definition.fifo ? { fifo: true } : {}),
        ...(definition.maxBytes === TOPIC_BYTES ? {} : { maxMessageBytes: definition.maxBytes }),
      };
    case 'table': {
      const { partitionKey, sortKey } = definition;
      return { kind: 'table', partitionKey, ...(sortKey === undefined ? {} : { sortKey }) };
    }
    case 'sessions':
    case 'idempotency':
      return { kind: 'table', partitionKey: 'id', ttlAttribute: 'expiresAt' };
  }
}
