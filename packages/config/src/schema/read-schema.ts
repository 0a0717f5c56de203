import type { $ZodLazy, $ZodObject, $ZodType, $ZodTypes } from 'zod/v4/core';
import type { ConfigGroup, ConfigLeaf } from './leaf.ts';
import { assertEnvironmentName, assertPath, environmentName } from './names.ts';
import { SECRET_TRAIT } from './secret.ts';
import { unwrap } from './unwrap.ts';

/** What reading a schema finds: its keys, as a tree and in order. */
export interface ReadSchema {
  readonly root: ConfigGroup;
  readonly leaves: readonly ConfigLeaf[];
}

/**
 * Finds the keys of a config schema by walking zod 4's definition. Objects are levels, everything else is a key.
 *
 * @throws TypeError for a schema without a fixed set of keys, for names that no source can hold, and for two keys that would
 * share an environment variable.
 */
export function readSchema(schema: $ZodType): ReadSchema {
  const leaves: ConfigLeaf[] = [];
  const root = readGroup(schema as $ZodObject, [], { own: false, above: false }, leaves, []);
  const byEnv = new Map<string, ConfigLeaf>();
  for (const leaf of leaves) {
    assertEnvironmentName(leaf.key, leaf.env);
    const other = byEnv.get(leaf.env);
    if (other) {
      throw new TypeError(
        `Cannot define config key '${leaf.key}': it shares the environment variable ${leaf.env} with '${other.key}'; rename one`,
      );
    }
    byEnv.set(leaf.env, leaf);
  }
  return { root, leaves: Object.freeze(leaves) };
}

function readGroup(
  schema: $ZodObject,
  path: readonly string[],
  optional: { own: boolean; above: boolean },
  leaves: ConfigLeaf[],
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
        readGroup(found.inner, childPath, { own: found.optional, above: optional.own || optional.above }, leaves, [
          ...above,
          schema,
        ]),
      );
    } else {
      const leaf = readLeaf(child, childPath, optional.own || optional.above);
      children.set(segment, leaf);
      leaves.push(leaf);
    }
  }
  return Object.freeze({ path, optional: optional.own, children });
}

function readLeaf(schema: $ZodType, path: readonly string[], optionalAbove: boolean): ConfigLeaf {
  const key = path.join('.');
  const outer = unwrap(schema);
  const secretInner = secretInnerOf(outer.inner);
  if (secretInner === undefined && containsSecret(schema)) {
    throw new TypeError(
      `Cannot define config key '${key}': a secret inside a value would be read from a plain parameter; mark the whole key, e.g. secret(z.array(z.string()))`,
    );
  }
  const reader = secretInner === undefined ? outer.inner : unwrap(secretInner).inner;
  return Object.freeze({
    key,
    path,
    env: environmentName(path),
    secret: secretInner !== undefined,
    optional: optionalAbove || outer.optional,
    hasDefault: outer.hasDefault,
    nullable: outer.nullable,
    reads: whatReads(reader, key),
    schema,
  });
}

function whatReads(reader: $ZodType, key: string): ConfigLeaf['reads'] {
  const { def } = (reader as $ZodTypes)._zod;
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return 'text';
    case 'number':
    case 'bigint':
      return 'coerce' in def && def.coerce === true ? 'number' : 'value';
    case 'boolean':
      if (def.coerce === true) {
        throw new TypeError(
          `Cannot define config key '${key}': z.coerce.boolean() reads the text 'false' as true; use z.stringbool()`,
        );
      }
      return 'value';
    case 'union':
      return def.options.every((option) => isStructure(option)) ? 'json' : 'value';
    default:
      return isStructure(reader) ? 'json' : 'value';
  }
}

const STRUCTURES = ['array', 'object', 'tuple', 'record', 'intersection'];

function isStructure(schema: $ZodType): boolean {
  const { inner } = unwrap(schema);
  return STRUCTURES.includes(inner._zod.def.type);
}

/** Every schema that `def` names, one level down. */
function parts(def: object): $ZodType[] {
  return Object.values(def)
    .flatMap((value) =>
      Array.isArray(value)
        ? value
        : isSchema(value) || typeof value !== 'object' || value === null
          ? [value]
          : Object.values(value),
    )
    .filter(isSchema);
}

function isSchema(value: unknown): value is $ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

function containsSecret(schema: $ZodType, seen = new Set<$ZodType>()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  if (schema._zod.traits.has(SECRET_TRAIT)) return true;
  const { def } = (schema as $ZodTypes)._zod;
  const below = def.type === 'lazy' ? [(schema as $ZodLazy)._zod.innerType] : parts(def);
  return below.some((part) => containsSecret(part, seen));
}

function isObject(schema: $ZodType): schema is $ZodObject {
  return schema._zod.def.type === 'object';
}

function secretInnerOf(schema: $ZodType): $ZodType | undefined {
  if (!schema._zod.traits.has(SECRET_TRAIT)) return undefined;
  // The trait is ours, so the definition is the one that secret() made.
  return (schema._zod.def as unknown as { innerType: $ZodType }).innerType;
}
