import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { $ZodType } from 'zod/v4/core';
import { toJSONSchema } from 'zod/v4/core';

/** The part of JSON Schema that is compared. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
}

/** A place where data of one schema may not fit another. */
export interface SchemaMismatch {
  /** e.g. `address.city`. */
  readonly path: string;
  readonly reason: 'missing' | 'optional' | 'type' | 'value';
  /** The types or values that the data may have, for `type` and `value` those that do not fit. */
  readonly given: readonly unknown[];
  /** The types or values that fit. */
  readonly wanted: readonly unknown[];
}

/**
 * The input of a schema as JSON Schema: what data on the wire or in a table must look like. Schemas
 * that implement Standard JSON Schema have one (zod does), and those of zod/mini. `undefined` for
 * others, and for a schema with a part that JSON Schema cannot express.
 */
export function jsonSchemaOf(schema: StandardSchemaV1): JsonSchema | undefined {
  // Standard JSON Schema is an optional part of the same interface; every step is checked.
  const standard = schema['~standard'] as { jsonSchema?: { input?(options: { target: string }): unknown } };
  try {
    const schemaJson =
      standard.jsonSchema?.input === undefined && '_zod' in schema
        ? toJSONSchema(schema as object as $ZodType, { io: 'input' }) // zod/mini: the same schema without methods
        : standard.jsonSchema?.input?.({ target: 'draft-2020-12' });
    return typeof schemaJson === 'object' && schemaJson !== null ? schemaJson : undefined;
  } catch {
    return undefined;
  }
}

/** Keywords that describe without deciding which data fits. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  '~standard',
  'title',
  'description',
  'examples',
  'default',
  'deprecated',
]);

/**
 * A schema without annotations and without what every integer has, so that releases compare by what
 * fits.
 */
export function comparableSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(comparableSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { properties, ...rest } = schema as Record<string, unknown>; // an object
  const keywords = Object.entries(rest).filter(
    ([name, value]) =>
      !ANNOTATIONS.has(name) &&
      // A format implies its pattern; the safe integers are the bounds of every integer.
      !(name === 'pattern' && 'format' in rest) &&
      Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER,
  );
  const fields = Object.entries((properties ?? {}) as Record<string, unknown>); // by JSON Schema
  return {
    ...Object.fromEntries(keywords.map(([name, value]) => [name, comparableSchema(value)])),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(fields.map(([name, field]) => [name, comparableSchema(field)])) }),
  };
}

/**
 * The places where data that fits `given` may not fit `wanted`. Unions are left to the check of the
 * data.
 */
export function schemaMismatches(given: JsonSchema, wanted: JsonSchema, path = ''): SchemaMismatch[] {
  return Object.entries(wanted.properties ?? {}).flatMap(([name, field]): SchemaMismatch[] => {
    const at = path === '' ? name : `${path}.${name}`;
    const there = given.properties?.[name];
    const required = wanted.required?.includes(name) === true;
    if (there === undefined) return required ? [{ path: at, reason: 'missing', given: [], wanted: [] }] : [];
    if (required && given.required?.includes(name) !== true) {
      return [{ path: at, reason: 'optional', given: [], wanted: [] }];
    }
    const [from, to] = [typesOf(there), typesOf(field)];
    const other = from.filter((type) => !to.includes(type) && !(type === 'integer' && to.includes('number')));
    if (from.length > 0 && to.length > 0 && other.length > 0) {
      return [{ path: at, reason: 'type', given: other, wanted: to }];
    }
    const gone = field.enum === undefined ? [] : (there.enum ?? []).filter((value) => !field.enum?.includes(value));
    if (gone.length > 0) return [{ path: at, reason: 'value', given: gone, wanted: field.enum ?? [] }];
    return there.properties && field.properties ? schemaMismatches(there, field, at) : [];
  });
}

function typesOf({ type }: JsonSchema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === 'string' ? [type] : type;
}
