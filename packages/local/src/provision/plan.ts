import type { Scope } from './intrinsics.ts';
import { references } from './intrinsics.ts';
import type { Pseudo } from './parameters.ts';
import { pseudoParameter } from './parameters.ts';
import type { ReadTemplate, TemplateOutput, TemplateResource } from './template.ts';
import { createConditions } from './template.ts';
import { UnknownValueError } from './unknown-value.ts';

/** Resources that need each other. */
export class CycleError extends Error {
  override readonly name = 'CycleError';
  /** In the order of the cycle. */
  readonly nodes: readonly string[];

  constructor(nodes: readonly string[]) {
    super(`Cannot order the resources: they need each other (${[...nodes, nodes[0]].join(' -> ')})`);
    this.nodes = nodes;
  }
}

/** References to names that the template does not have, or whose condition is false. */
export class MissingReferenceError extends Error {
  override readonly name = 'MissingReferenceError';
  readonly names: readonly string[];

  constructor(message: string, names: readonly string[]) {
    super(message);
    this.names = names;
  }
}

/**
 * The nodes, each after those that it needs, otherwise in the order given.
 *
 * @throws CycleError that names the nodes of a cycle, in order.
 */
export function inOrder(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string) => {
    if (done.has(node)) return;
    const start = path.indexOf(node);
    if (start >= 0) throw new CycleError(path.slice(start));
    path.push(node);
    for (const needed of needs.get(node) ?? []) if (needs.has(needed)) visit(needed);
    path.pop();
    done.add(node);
  };
  for (const node of needs.keys()) visit(node);
  return [...done];
}

/** A template with its parameters known: what of it counts, and in which order. */
export interface Plan {
  /** Each after those that it refers to or depends on. */
  readonly ordered: readonly TemplateResource[];
  /** The logical ids that each resource refers to or depends on. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  readonly outputs: readonly TemplateOutput[];
  /** Looks up everything but resources. */
  readonly scope: Omit<Scope, 'attribute'>;
}

function lookUpMapping(mappings: Readonly<Record<string, unknown>>, ...keys: string[]): unknown {
  const found = keys.reduce<unknown>((at, key) => {
    const isObject = typeof at === 'object' && at !== null && Object.hasOwn(at, key);
    return isObject ? (at as Record<string, unknown>)[key] : undefined; // has the key by the line above
  }, mappings);
  if (found === undefined) throw new Error(`the template has no mapping ${keys.join('.')}`);
  return found;
}

function checkReferences(
  template: ReadTemplate,
  active: ReadonlyMap<string, readonly string[]>,
  isKnown: (name: string) => boolean,
): void {
  const byId = new Map(template.resources.map((resource) => [resource.logicalId, resource]));
  const missing = new Set<string>();
  const faults = [...active].flatMap(([from, names]) =>
    [...new Set(names)].flatMap((name) => {
      if (active.has(name) || isKnown(name)) return [];
      missing.add(name);
      const condition = byId.get(name)?.condition;
      if (condition !== undefined) return [`${from} refers to ${name}, whose condition ${condition} is false`];
      return [`${from} refers to ${name}, which the template does not have`];
    }),
  );
  if (faults.length === 0) return;
  throw new MissingReferenceError(`Cannot provision the template: ${faults.join('; ')}`, [...missing]);
}

/**
 * @throws MissingReferenceError for references to what is not there, all at once; CycleError for
 *   resources that need each other.
 */
export function makePlan(
  template: ReadTemplate,
  parameters: ReadonlyMap<string, string | string[]>,
  pseudo: Pseudo,
): Plan {
  const ref = (name: string): unknown => {
    const value = parameters.get(name) ?? pseudoParameter(name, pseudo);
    if (value === undefined && Object.hasOwn(template.parameters, name)) {
      const reason = `the value of ${name} names a parameter that Parameter Store does not have`;
      throw new UnknownValueError(reason, { isResource: false });
    }
    if (value === undefined) throw new Error(`${name} is neither a parameter nor a pseudo parameter`);
    return value;
  };
  const base = {
    ref,
    region: pseudo.region,
    mapping: (...keys: [string, string, string]) => lookUpMapping(template.mappings, ...keys),
  };
  const condition = createConditions(template.conditions, {
    ...base,
    attribute: (id) => {
      throw new Error(`a condition cannot look at the resource ${id}`);
    },
  });
  const isActive = (part: { readonly condition: string | undefined }) =>
    part.condition === undefined || condition(part.condition);
  const resources = template.resources.filter(isActive);
  const outputs = template.outputs.filter(isActive);
  const isKnown = (name: string) =>
    Object.hasOwn(template.parameters, name) || parameters.has(name) || pseudoParameter(name, pseudo) !== undefined;
  const needs = new Map(resources.map(({ logicalId, properties }) => [logicalId, references(properties, condition)]));
  const fromOutputs = outputs.map(({ name, value }) => [`the output ${name}`, references(value, condition)] as const);
  const active = new Set(needs.keys());
  checkReferences(template, new Map([...needs, ...fromOutputs]), (name) => isKnown(name));
  const dependencies = new Map(
    resources.map(({ logicalId, dependsOn }) => [
      logicalId,
      [...new Set([...(needs.get(logicalId) ?? []), ...dependsOn])].filter((name) => active.has(name)),
    ]),
  );
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  return {
    ordered: inOrder(dependencies).flatMap((id) => byId.get(id) ?? []),
    needs: dependencies,
    outputs,
    scope: { ...base, condition },
  };
}
