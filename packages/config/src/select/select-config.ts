import type { $ZodCheck, $ZodLazy, $ZodObject, $ZodType, $ZodTypes } from 'zod/v4/core';
import type { ConfigDefinition } from '../define-config.ts';
import type { PlanTarget } from '../plan/plan-template.ts';
import { template as planConfig } from '../plan/plan-template.ts';
import type { ConfigGroup, ConfigLeaf, DerivedLeaf } from '../schema/leaf.ts';
import { cloneSchema } from '../schema/strict-schema.ts';
import { guardedCheck } from './guarded-check.ts';

/** A definition of a part of a config, and what that leaves out. */
export interface SelectedConfig {
  readonly definition: ConfigDefinition;
  /**
   * Sections with rules of their own of which a part is selected: a rule that reads a key outside
   * of the part does not run. Empty text is the whole config.
   */
  readonly partlyRuled: ReadonlyArray<{ readonly section: string; readonly missing: readonly string[] }>;
}

/**
 * The part of a config that `paths` name, as a definition: it loads, plans and grants exactly that.
 * A derived key brings the keys that it is made from, which are loaded and then left out of the
 * snapshot. A rule over several keys (`refine`) runs if it reads selected keys only.
 *
 * @throws TypeError listing every path that is neither a key nor a section, and parts of a section
 * that a function reads as a whole.
 */
export function selectConfig(definition: ConfigDefinition, paths: readonly string[]): SelectedConfig {
  const faults = paths.flatMap((path) => pathFault(definition, path));
  if (faults.length > 0) throw new TypeError(`Cannot use config: ${faults.join('; ')}`);
  const isNamed = ({ key }: { readonly key: string }) =>
    paths.some((path) => key === path || key.startsWith(`${path}.`));
  const derived = definition.derived.filter(isNamed);
  const wanted = new Set<ConfigLeaf>(definition.leaves.filter(isNamed));
  for (const leaf of derived) for (const input of inputsOf(leaf)) wanted.add(input);
  const leaves = definition.leaves.filter((leaf) => wanted.has(leaf));
  const allDerived = definition.derived.filter((leaf) => derived.some((one) => one === leaf || needs(one, leaf)));

  const partlyRuled: Array<{ section: string; missing: readonly string[] }> = [];
  const selectedKeys = new Set([...leaves, ...allDerived].map(({ key }) => key));
  const schema = pruned(definition.schema, '', { definition, keys: selectedKeys, partlyRuled });
  const sections = paths.filter((path) => !definition.leaves.some(({ key }) => key === path));
  return {
    partlyRuled,
    definition: Object.freeze({
      ...definition,
      schema,
      sources: definition.sources.map((source) =>
        // By path a role would have to read the whole stage.
        source.kind === 'parameterStore' ? { ...source, byPath: false } : source,
      ),
      leaves: Object.freeze(leaves),
      derived: Object.freeze(allDerived),
      root: prunedGroup(definition.root, new Set(leaves)),
      paths: Object.freeze([...paths]),
      plan(this: ConfigDefinition, target: PlanTarget) {
        return planConfig(this.leaves, this.sources, target, sections);
      },
    }),
  };
}

function pathFault({ leaves, derived, root, schema }: ConfigDefinition, path: string): string[] {
  const keys = [...leaves, ...derived].map(({ key }) => key);
  if (keys.includes(path)) return wholeAbove(schema, path);
  if (keys.some((key) => key.startsWith(`${path}.`))) return wholeAbove(schema, path);
  const known = [...root.children.keys()].join(', ');
  return [`'${path}' is neither a key nor a section of the config (sections and keys at the top: ${known})`];
}

/** A function that reads a section as a whole would get a part of it. */
function wholeAbove(schema: $ZodType, path: string): string[] {
  const segments = path.split('.');
  let at: $ZodType | undefined = schema;
  for (const [depth, segment] of segments.entries()) {
    const { object, transformed } = objectOf(at);
    if (transformed && depth > 0) {
      const section = segments.slice(0, depth).join('.');
      return [
        `'${path}' is a part of '${section}', which a function of the schema reads as a whole; name '${section}'`,
      ];
    }
    at = object?._zod.def.shape[segment];
    if (at === undefined) return [];
  }
  return [];
}

/** The object behind wrappers, and whether a function comes between. */
function objectOf(schema: $ZodType): { readonly object: $ZodObject | undefined; readonly transformed: boolean } {
  let at = schema;
  let transformed = false;
  for (;;) {
    const { def } = (at as $ZodTypes)._zod;
    if (def.type === 'object') return { object: at as $ZodObject, transformed };
    if (def.type === 'pipe') {
      transformed = true;
      at = def.in._zod.def.type === 'transform' ? def.out : def.in;
    } else if (def.type === 'lazy') at = (at as $ZodLazy)._zod.innerType;
    else if ('innerType' in def) at = def.innerType as $ZodType;
    else return { object: undefined, transformed };
  }
}

interface Pruning {
  readonly definition: ConfigDefinition;
  /** Keys of leaves and derived keys that stay. */
  readonly keys: ReadonlySet<string>;
  readonly partlyRuled: Array<{ section: string; missing: readonly string[] }>;
}

/**
 * The schema without the keys that are not kept: wrappers and rules stay around what is left of an
 * object.
 */
function pruned(schema: $ZodType, section: string, pruning: Pruning): $ZodType {
  const { keys, definition, partlyRuled } = pruning;
  const missing = [...definition.leaves, ...definition.derived]
    .map(({ key }) => key)
    .filter((key) => (section === '' || key.startsWith(`${section}.`)) && !keys.has(key));
  if (missing.length === 0) return schema;
  const { def } = (schema as $ZodTypes)._zod;
  if (def.type === 'lazy') return pruned((schema as $ZodLazy)._zod.innerType, section, pruning);
  const relative = missing.map((key) => (section === '' ? key : key.slice(section.length + 1)).split('.'));
  const rules = (def.checks ?? []) as readonly $ZodCheck<never>[];
  const checks = rules.map((check) => guardedCheck(check, relative));
  if (rules.length > 0) partlyRuled.push({ section, missing });
  if (def.type !== 'object') {
    // Wrappers only: a pipe was refused with the path.
    if (!('innerType' in def)) return schema;
    const wrapper = { ...def, innerType: pruned(def.innerType as $ZodType, section, pruning), checks };
    return cloneSchema(schema, wrapper as typeof def);
  }
  const shape = Object.entries<$ZodType>(def.shape).flatMap(([name, child]) => {
    const key = section === '' ? name : `${section}.${name}`;
    const stays = [...keys].some((one) => one === key || one.startsWith(`${key}.`));
    return stays ? [[name, pruned(child, key, pruning)] as const] : [];
  });
  return cloneSchema(schema, { ...def, shape: Object.fromEntries(shape), checks } as typeof def);
}

function prunedGroup(group: ConfigGroup, selected: ReadonlySet<ConfigLeaf>): ConfigGroup {
  const children = new Map<string, ConfigGroup | ConfigLeaf>();
  for (const [name, child] of group.children) {
    const pruned = 'children' in child ? prunedGroup(child, selected) : child;
    if ('children' in pruned ? pruned.children.size > 0 : selected.has(pruned)) children.set(name, pruned);
  }
  return Object.freeze({ ...group, children });
}

function inputsOf(leaf: DerivedLeaf): ConfigLeaf[] {
  return Object.values(leaf.inputs).flatMap((input) => ('derive' in input ? inputsOf(input) : [input]));
}

function needs(one: DerivedLeaf, other: DerivedLeaf): boolean {
  return Object.values(one.inputs).some((input) => 'derive' in input && (input === other || needs(input, other)));
}

/** Takes out of a loaded config what `paths` do not name: the inputs of derived keys. */
export function keepPaths(output: Record<string, unknown>, paths: readonly string[], above = ''): void {
  for (const [name, value] of Object.entries(output)) {
    const key = above + name;
    if (paths.some((path) => key === path || key.startsWith(`${path}.`))) continue;
    const inside = paths.some((path) => path.startsWith(`${key}.`));
    // A path goes through objects of the schema only.
    if (inside && typeof value === 'object' && value !== null)
      keepPaths(value as Record<string, unknown>, paths, `${key}.`);
    else delete output[name];
  }
}
