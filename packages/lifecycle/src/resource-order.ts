import type { Resource } from './resource.ts';

/** The names that each resource waits for: what it names, or everything registered before it. */
export type ResourceOrder = ReadonlyMap<Resource, readonly Resource[]>;

/**
 * Sorts resources by what they wait for.
 *
 * @throws TypeError listing every name that is used twice, every name that no resource has, and
 * every circle.
 */
export function resourceOrder(resources: readonly Resource[]): ResourceOrder {
  const byName = new Map(resources.map((resource) => [resource.name, resource]));
  const faults: string[] = [];
  const order = new Map<Resource, readonly Resource[]>();
  resources.forEach((resource, index) => {
    const { name, dependsOn } = resource;
    if (byName.get(name) !== resource) faults.push(`two resources are named '${name}'`);
    for (const wanted of dependsOn ?? []) {
      if (!byName.has(wanted)) faults.push(`'${name}' depends on '${wanted}', which is not registered`);
    }
    order.set(
      resource,
      dependsOn === undefined
        ? resources.slice(0, index)
        : dependsOn.flatMap((wanted) => {
            const found = byName.get(wanted);
            return found ? [found] : [];
          }),
    );
  });
  faults.push(...circles(resources, order));
  if (faults.length > 0) throw new TypeError(`Cannot order the resources: ${faults.join('; ')}`);
  return order;
}

/** Resources that can never start because they wait for themselves. */
function circles(resources: readonly Resource[], order: ResourceOrder): string[] {
  const up = new Set<Resource>();
  for (let grew = true; grew; ) {
    grew = false;
    for (const resource of resources) {
      if (up.has(resource) || !(order.get(resource) ?? []).every((needed) => up.has(needed))) continue;
      up.add(resource);
      grew = true;
    }
  }
  const stuck = resources.filter((resource) => !up.has(resource)).map(({ name }) => `'${name}'`);
  return stuck.length === 0 ? [] : [`${stuck.join(', ')} wait for each other`];
}
