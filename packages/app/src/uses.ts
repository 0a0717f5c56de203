import type { ConfigDefinition, SelectedConfig } from '@twelvefold/config';
import { selectConfig } from '@twelvefold/config/internal';
import type { AnyUses, Component } from './component.ts';
import type { Backing } from './context.ts';
import type { DeclaredResource } from './resources.ts';
import { companionsOf, resourcesOf } from './resources.ts';

/** A resource that a component uses, and the accesses that it asks for. */
export interface ResourceUse {
  readonly resource: DeclaredResource;
  readonly accesses: readonly string[];
}

/** The resources that `uses` names. */
export function usedResources(backing: Backing, uses: AnyUses): ResourceUse[] {
  return resourcesOf(backing).flatMap((resource) => {
    const accesses = Object.hasOwn(backing, resource.key) ? uses[resource.key] : undefined;
    return accesses === undefined ? [] : [{ resource, accesses }];
  });
}

/**
 * The paths of the config that components read: those in `uses`, and those that the resources in
 * `uses` are opened with.
 */
function usedConfigPaths(backing: Backing, components: readonly Component[]): string[] {
  const paths = components.flatMap(({ uses }) => [
    ...(uses.config ?? []),
    ...usedResources(backing, uses).flatMap(({ resource: { definition, driver } }) =>
      (driver.configKeys?.(definition as never) ?? []).map(({ path }) => path),
    ),
  ]);
  return [...new Set(paths)];
}

/** The part of the config that components read; `undefined` if they read none. */
export function usedConfig(
  config: ConfigDefinition | undefined,
  backing: Backing,
  components: readonly Component[],
): SelectedConfig | undefined {
  const paths = usedConfigPaths(backing, components);
  return config === undefined || paths.length === 0 ? undefined : selectConfig(config, paths);
}

/** A resource that a consumer needs to receive, and the actions on it. */
export interface ConsumedResource {
  readonly resource: DeclaredResource;
  readonly actions: readonly string[];
}

/**
 * The resource that a consumer consumes, and the companions that it needs for that, each with the
 * actions on it.
 */
export function consumedResources(backing: Backing, key: string): readonly [ConsumedResource, ...ConsumedResource[]] {
  const resource = resourcesOf(backing).find((one) => one.key === key);
  const source = resource?.driver.source;
  if (!resource || !source) throw new TypeError(`Cannot consume '${key}': it is not a source in backing`);
  const actions = source.companionActions?.(resource.definition as never) ?? {}; // it is the kind's own definition
  const companions = [...companionsOf(resource)].flatMap(([name, companion]) =>
    actions[name] ? [{ resource: companion, actions: actions[name] }] : [],
  );
  return [{ resource, actions: source.actions }, ...companions];
}
