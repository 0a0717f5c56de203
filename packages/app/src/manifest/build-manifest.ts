import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Definition, Kind } from '@twelvefold/backing';
import type { Infrastructure } from '@twelvefold/backing/internal';
import { actionsOf } from '@twelvefold/backing/internal';
import { pascalCase } from '@twelvefold/core/internal';
import type { Binding } from '../bindings.ts';
import { bindingOf, physicalNameOf } from '../bindings.ts';
import type { AppIdentity, Component } from '../component.ts';
import type { Backing } from '../context.ts';
import { physicalName } from '../names.ts';
import type { DeclaredResource } from '../resources.ts';
import { companionsOf, resourcesOf } from '../resources.ts';
import { runsComponent } from '../runtime/runs-component.ts';
import { STAGE_PLACEHOLDER } from '../stage.ts';
import { consumedResources, usedConfig, usedResources } from '../uses.ts';
import type { Manifest, ManifestComponent, ManifestConfig, ManifestResource } from './manifest.ts';
import { manifestSupervisor } from './manifest-supervisor.ts';
import { comparableSchema, jsonSchemaOf } from './row-schema.ts';
import { subscriptionFaults, unseenSubscriptions } from './subscription-faults.ts';

export interface BuildManifestOptions {
  /**
   * The built entry of the supervisor, for an app with records of runs. @defaultValue
   * 'lambda/supervisor.js'
   */
  readonly supervisor?: string;
}

/** Lambda refuses longer function names. */
const MAX_FUNCTION_NAME = 64;
const LONGEST_STAGE = 16;
/**
 * The app as data, from its definitions and the entries of its components.
 *
 * @param entries components by built entry, e.g. `{ 'lambda/http.js': api }`
 * @throws TypeError listing components of another app, two components of one name, a name that
 * Lambda would refuse.
 */
export function buildManifest(
  app: AppIdentity,
  entries: Readonly<Record<string, Component>>,
  options: BuildManifestOptions = {},
): Manifest {
  assertEntries(app, entries);
  const { supervisor: supervisorEntry = 'lambda/supervisor.js' } = options;
  const supervisor = manifestSupervisor(app, Object.values(entries), () =>
    manifestComponent(app, supervisorEntry, runsComponent(app, 'supervisor')),
  );
  const notes = [
    ...resourcesOf(app.backing).flatMap(unseenSubscriptions),
    ...Object.values(entries).flatMap((component) => partlyRuledNotes(app, component)),
  ];
  return {
    version: 2,
    app: app.name,
    components: Object.entries(entries).map(([entry, component]) => manifestComponent(app, entry, component)),
    resources: manifestResources(app),
    config: manifestConfig(app),
    ...(supervisor ? { supervisor } : {}),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/**
 * Only a provisioned default is listed: any other is the schema's, and a value pushed over it must
 * not meet one of the stack's.
 */
function manifestConfig({ name: app, config }: AppIdentity): ManifestConfig {
  const plan = config?.plan({ app, stage: STAGE_PLACEHOLDER });
  if (!plan) return { parameters: [], secrets: [] };
  // An ARN, `rds!...` and `/aws/...` name what another owner made.
  const isOfStack = (name: string) => name.includes(STAGE_PLACEHOLDER) && !/^arn:|^\/?aws\/|!/.test(name);
  const shared = (name: string) => (isOfStack(name) ? {} : { shared: true as const });
  return {
    parameters: plan.keys.flatMap(({ key, parameter, provisioned, default: text }) => {
      if (parameter === undefined) return [];
      // Without its version or label.
      const name = parameter.replace(/:[^/]*$/, '');
      return [{ key, name, ...(provisioned && text !== undefined ? { default: text } : {}), ...shared(name) }];
    }),
    secrets: plan.keys.flatMap(({ key, secretId: id }) => (id === undefined ? [] : [{ key, id, ...shared(id) }])),
  };
}

function assertEntries(app: AppIdentity, entries: Readonly<Record<string, Component>>): void {
  const faults: string[] = [];
  const names = new Map<string, string>();
  for (const [entry, component] of Object.entries(entries)) {
    if (component.app !== app) faults.push(`'${entry}' belongs to another app`);
    const other = names.get(component.name);
    if (other) faults.push(`'${entry}' and '${other}' are both named '${component.name}'; a source has one consumer`);
    names.set(component.name, entry);
    const { length } = physicalName(app.name, 'x'.repeat(LONGEST_STAGE), component.name);
    if (length > MAX_FUNCTION_NAME)
      faults.push(`'${component.name}' makes a function name of ${length} characters; Lambda allows 64`);
  }
  faults.push(...resourcesOf(app.backing).flatMap(subscriptionFaults));
  if (faults.length > 0) throw new TypeError(`Cannot build the manifest of '${app.name}': ${faults.join('; ')}`);
}

type Grant = ManifestComponent['grants'][number];

function manifestComponent(app: AppIdentity, entry: string, component: Component): ManifestComponent {
  const { backing } = app;
  const config = usedConfig(app.config, backing, [component])?.definition;
  const grants = new Map<string, Grant>();
  const grant = (resource: string, actions: readonly string[], part?: string) => {
    const id = JSON.stringify([resource, part]);
    const known = grants.get(id)?.actions ?? [];
    const all = [...new Set([...known, ...actions])];
    grants.set(id, { resource, actions: all, ...(part === undefined ? {} : { part }) });
  };

  const uses = usedResources(backing, component.uses);
  for (const { resource, accesses } of uses) {
    for (const access of accesses) {
      grant(resource.key, actionsOf(resource.definition, access));
      const { parts = {} } = resource.kind.accesses[access] ?? {};
      for (const [part, actions] of Object.entries(parts)) grant(resource.key, actions, part);
    }
  }
  const consumed = component.kind === 'consumer' ? consumedResources(backing, component.source) : [];
  for (const { resource, actions } of consumed) grant(resource.key, actions);
  const modules = [
    ...uses.flatMap(({ resource: { driver, kind }, accesses }) => [
      ...(driver.modules ?? []),
      ...accesses.flatMap((access) => kind.accesses[access]?.modules ?? []),
    ]),
    ...consumed.flatMap(({ resource }) => resource.driver.source?.modules?.receive ?? []),
  ];
  return {
    name: component.name,
    entry,
    export: 'handler',
    trigger: triggerOf(backing, component),
    // Without an action there is nothing to allow: a service that IAM does not guard, or a
    // transaction's own access.
    grants: [...grants.values()].filter(({ actions }) => actions.length > 0),
    ...(config
      ? {
          config: {
            reads: config.paths ?? [],
            access: config.plan({ app: app.name, stage: STAGE_PLACEHOLDER }).access,
          },
        }
      : {}),
    uses: [...new Set([...uses, ...consumed].map(({ resource }) => resource.key))],
    modules: [...new Set(modules)],
  };
}

/** A rule over several keys does not run in a component that lacks one of them. */
function partlyRuledNotes({ config, backing }: AppIdentity, component: Component): string[] {
  const { partlyRuled = [] } = usedConfig(config, backing, [component]) ?? {};
  return partlyRuled.map(({ section, missing }) => {
    const where = section === '' ? 'the whole config' : `the config section '${section}'`;
    return `'${component.name}' does not read ${missing.join(', ')}, so rules of ${where} that need one of these do not run there; name it in 'uses.config', or rely on 'twelvefold config doctor'`;
  });
}

function triggerOf(backing: Backing, component: Component): ManifestComponent['trigger'] {
  switch (component.kind) {
    case 'http':
      return component.streaming ? { kind: 'http', streaming: true } : { kind: 'http' };
    case 'consumer': {
      const [consumed] = consumedResources(backing, component.source);
      const { definition, driver } = consumed.resource;
      if (!driver.source) throw new TypeError(`Cannot trigger a component by '${component.source}'`);
      return { ...driver.source.trigger(definition as never), resource: component.source }; // it is the kind's own definition
    }
    case 'task':
      return { kind: 'invoke' };
  }
}

function manifestResources({ name: app, backing }: AppIdentity): ManifestResource[] {
  const resources = resourcesOf(backing);
  const described = (resource: DeclaredResource): Infrastructure | undefined => {
    const { key, definition, driver } = resource;
    const arnOf = (other: DeclaredResource | undefined, what: string) => {
      const arn = other && described(other)?.arns[0];
      if (!other || arn === undefined) throw new TypeError(`Cannot describe '${key}': ${what} has no ARN`);
      return { key: other.key, arn };
    };
    return driver.infrastructure?.(definition as never, {
      key,
      physicalName: physicalNameOf(app, STAGE_PLACEHOLDER, resource),
      logicalId: (suffix) => `${pascalCase(key)}${suffix}`,
      companion: (name) => arnOf(companionsOf(resource).get(name), `its ${name}`),
      reference: (other) =>
        arnOf(
          resources.find((one) => one.definition === other),
          `'${other.name}'`,
        ),
    });
  };
  return resources.map((resource) => {
    const { key, definition, kind } = resource;
    const infrastructure = described(resource);
    const binding = bindingOf(app, STAGE_PLACEHOLDER, resource);
    return {
      key,
      kind: kind.name,
      driver: definition.driver,
      physicalName: physicalNameOf(app, STAGE_PLACEHOLDER, resource),
      ...(binding ? { binding: manifestBinding(binding, infrastructure) } : {}),
      details: kind.details?.(definition as never) ?? {},
      ...schemaMember(definition),
      ...(infrastructure ? { arns: infrastructure.arns, cloudFormation: infrastructure.resources } : {}),
      ...(infrastructure?.parts ? { parts: infrastructure.parts } : {}),
      modules: modulesOf(kind),
    };
  });
}

function schemaMember(definition: Definition): { schema?: unknown } {
  const { schema } = definition as { schema?: StandardSchemaV1 }; // kinds with rows or messages have one
  const json = schema === undefined ? undefined : jsonSchemaOf(schema);
  return json === undefined ? {} : { schema: comparableSchema(json) };
}

function manifestBinding({ env, parameter, value }: Binding, infrastructure: Infrastructure | undefined) {
  const from = infrastructure?.binding;
  return { env, parameter, value, ...(from === undefined ? {} : { from }) };
}

/**
 * Those of drivers and accesses that were not chosen as well: the kind names all of them, so each
 * bundle would have them.
 */
function modulesOf({ drivers, accesses }: Kind): string[] {
  const ofDrivers = Object.values(drivers).flatMap(({ modules = [], source }) => [
    ...modules,
    ...(source?.modules?.poll ?? []),
    ...(source?.modules?.receive ?? []),
  ]);
  const ofAccesses = Object.values(accesses).flatMap(({ modules = [] }) => modules);
  return [...new Set([...ofDrivers, ...ofAccesses])];
}
