import type { $ZodObject, $ZodType, $ZodTypes } from 'zod/v4/core';
import type { ConfigGroup, ConfigLeaf, DerivedDefinition, DerivedLeaf } from './leaf.ts';
import { DERIVED_TRAIT, PARAM_TRAIT, SECRET_TRAIT } from './marker.ts';
import { assertEnvironmentName, assertPath, environmentName } from './names.ts';
import type { Marker } from './place-of.ts';
import { placeOf } from './place-of.ts';
import { childSchemas, unwrap } from './unwrap.ts';

/** The keys of a schema, as a tree and in order. */
export interface ReadSchema {
  readonly root: ConfigGroup;
  readonly leaves: readonly ConfigLeaf[];
  readonly derived: readonly DerivedLeaf[];
}

/** Results of the walk. */
interface Collected {
  readonly leaves: ConfigLeaf[];
  readonly derived: Array<{ readonly path: readonly string[]; readonly schema: $ZodType }>;
}

/**
 * Finds the keys of a config schema by walking zod 4's definition. Objects are levels, everything
 * else is a key.
 *
 * @throws TypeError for a schema without a fixed set of keys, for names that no source can hold,
 * and for two keys that would
 * share an environment variable or a place in a store: a plain one would print the other's secret,
 * and a push could not serve both.
 */
export function readSchema(schema: $ZodType): ReadSchema {
  const collected: Collected = { leaves: [], derived: [] };
  const root = readGroup(schema as $ZodObject, [], { here: false, above: false }, collected, []);
  const { leaves } = collected;
  const byEnv = new Map<string, ConfigLeaf>();
  const byPlace = new Map<string, ConfigLeaf>();
  for (const leaf of leaves) {
    assertEnvironmentName(leaf.key, leaf.env);
    const other = byEnv.get(leaf.env);
    if (other) {
      throw new TypeError(
        `Cannot define config key '${leaf.key}': it shares the environment variable ${leaf.env} with '${other.key}'; rename one`,
      );
    }
    byEnv.set(leaf.env, leaf);
    const one = placeName(leaf);
    const same = byPlace.get(one);
    if (same) {
      throw new TypeError(
        `Cannot define config key '${leaf.key}': '${same.key}' is at ${one} too; make one of them of the other by derived()`,
      );
    }
    byPlace.set(one, leaf);
  }
  const definitions = collected.derived.map((found) => ({ ...found, definition: derivedOf(found.schema) }));
  const derived = definitions[0]?.definition.resolve(definitions, leaves) ?? [];
  return { root, leaves: Object.freeze(leaves), derived: Object.freeze(derived) };
}

function readGroup(
  schema: $ZodObject,
  path: readonly string[],
  optional: { here: boolean; above: boolean },
  collected: Collected,
  above: readonly $ZodType[],
): ConfigGroup {
  if (above.includes(schema)) {
    throw new TypeError(
      `Cannot define config key '${path.join('.')}': its schema contains itself; a config has a fixed set of keys (an array or a record of it is read as JSON)`,
    );
  }
  const children = new Map<string, ConfigGroup | ConfigLeaf>();
  for (const [segment, child] of Object.entries<$ZodType>(schema._zod.def.shape)) {
    const childPath = Object.freeze([...path, segment]);
    assertPath(childPath);
    const found = unwrap(child);
    if (isObject(found.inner)) {
      children.set(
        segment,
        readGroup(found.inner, childPath, { here: found.optional, above: optional.here || optional.above }, collected, [
          ...above,
          schema,
        ]),
      );
    } else if (found.inner._zod.traits.has(DERIVED_TRAIT)) {
      collected.derived.push({ path: childPath, schema: child });
    } else {
      const leaf = readLeaf(child, childPath, optional.here || optional.above);
      children.set(segment, leaf);
      collected.leaves.push(leaf);
    }
  }
  return Object.freeze({ path, optional: optional.here, children });
}

function placeName({ place }: ConfigLeaf): string {
  if (place.in === 'parameterStore') return `parameter ${place.name}${place.selector}`;
  return `secret ${[place.id, place.jsonKey, place.versionStage].filter((part) => part !== undefined).join(', ')}`;
}

function readLeaf(schema: $ZodType, path: readonly string[], optionalAbove: boolean): ConfigLeaf {
  const key = path.join('.');
  const outer = unwrap(schema);
  const marker = markerOf(outer.inner);
  const isSecret = marker?.kind === 'secret';
  if (!isSecret && contains(schema, ({ _zod }) => _zod.traits.has(SECRET_TRAIT))) {
    throw new TypeError(
      `Cannot define config key '${key}': a secret inside a value would be read from a plain parameter; mark the whole key, e.g. secret(z.array(z.string()))`,
    );
  }
  const reader = marker === undefined ? outer.inner : unwrap(marker.innerType).inner;
  assertReadable(schema, reader, key);
  const literals = literalsOf(reader);
  const provisioned = marker?.kind === 'param' && marker.options.provisioned === true;
  if (provisioned && !outer.hasDefault) {
    throw new TypeError(
      `Cannot define config key '${key}': what the infrastructure puts there is the default, and it has none; write z._default(param(...), value)`,
    );
  }
  const place = placeOf(path, marker);
  if (provisioned && place.in === 'parameterStore' && (place.selector !== '' || !place.name.includes('{stage}'))) {
    throw new TypeError(
      `Cannot define config key '${key}': what the infrastructure of one stage puts there has {stage} in its name, and no version`,
    );
  }
  return Object.freeze({
    key,
    path,
    env: marker?.options.env ?? environmentName(path),
    secret: isSecret,
    place,
    provisioned,
    optional: optionalAbove || outer.optional,
    hasDefault: outer.hasDefault,
    nullable: outer.nullable,
    reads: whatReads(reader),
    ...(literals === undefined ? {} : { literals }),
    schema,
  });
}

function whatReads(reader: $ZodType): ConfigLeaf['reads'] {
  const { def } = (reader as $ZodTypes)._zod;
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return 'text';
    case 'number':
    case 'bigint':
      return 'coerce' in def && def.coerce === true ? 'number' : 'value';
    case 'union':
      return def.options.every((option) => isStructure(option)) ? 'json' : 'value';
    default:
      return isStructure(reader) ? 'json' : 'value';
  }
}

const STRUCTURES = ['array', 'object', 'tuple', 'record', 'intersection', 'set', 'map'];

/** Types that no source can hold a value of. */
const UNREADABLE = ['symbol', 'function', 'file', 'nan', 'void', 'undefined', 'never'];

/**
 * @throws TypeError for a schema that no source can supply, and for one that reads the text `false`
 * as true, at any depth.
 */
function assertReadable(schema: $ZodType, reader: $ZodType, key: string): void {
  const { type } = reader._zod.def;
  if (UNREADABLE.includes(type)) {
    throw new TypeError(`Cannot define config key '${key}': no source can hold a value for a zod ${type}`);
  }
  if (contains(schema, ({ _zod: { def } }) => def.type === 'boolean' && 'coerce' in def && def.coerce === true)) {
    throw new TypeError(
      `Cannot define config key '${key}': z.coerce.boolean() reads the text 'false' as true; use z.stringbool()`,
    );
  }
}

/**
 * The values of enums and literals that are not text, by their text; a text that is itself allowed
 * stays text.
 */
function literalsOf(reader: $ZodType): ConfigLeaf['literals'] {
  const { def } = (reader as $ZodTypes)._zod;
  const readers = def.type === 'union' ? def.options.map((option) => unwrap(option).inner) : [reader];
  const values = readers.flatMap((one) => [...(one._zod.values ?? [])]);
  const literals = new Map<string, number | bigint | boolean>();
  for (const value of values) {
    const typed = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
    if (typed && !values.includes(String(value))) literals.set(String(value), value);
  }
  return literals.size === 0 ? undefined : literals;
}

function isStructure(schema: $ZodType): boolean {
  const { inner } = unwrap(schema);
  return STRUCTURES.includes(inner._zod.def.type);
}

function contains(schema: $ZodType, wanted: (schema: $ZodType) => boolean, seen = new Set<$ZodType>()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return wanted(schema) || childSchemas(schema).some((child) => contains(child, wanted, seen));
}

function isObject(schema: $ZodType): schema is $ZodObject {
  return schema._zod.def.type === 'object';
}

function markerOf({ _zod }: $ZodType): Marker | undefined {
  const kind = _zod.traits.has(SECRET_TRAIT) ? 'secret' : _zod.traits.has(PARAM_TRAIT) ? 'param' : undefined;
  // The traits are ours, so the definition is the one that secret() or param() made.
  return kind === undefined ? undefined : ({ kind, ...(_zod.def as unknown as object) } as Marker);
}

function derivedOf(schema: $ZodType): DerivedDefinition {
  // The trait is ours, so the definition is the one that derived() made.
  return unwrap(schema).inner._zod.def as unknown as DerivedDefinition;
}
