import type { $ZodLazy, $ZodType, $ZodTypes, ParsePayload } from 'zod/v4/core';
import { ISSUE_DETAIL } from './issue-detail.ts';
import { childSchemas, isSchema } from './unwrap.ts';

/**
 * Returns the value that the schema reads, or a `fault` that describes what is wrong without the
 * value.
 */
type Prepare = (value: unknown) => { readonly value: unknown } | { readonly fault: string };

const strict = new WeakMap<$ZodType, $ZodType>();

/**
 * The schema by which config is read. It differs from the user's in what JavaScript would turn into
 * a value in silence: `Number('')`, `Number(null)` and `Number([])` are 0, `String(undefined)` is
 * `'undefined'`, `new Date(null)` is 1970. Such input is refused at any depth. A list is a set for
 * `z.set()`; a list of pairs or an object is a map for `z.map()`. Schemas without any of these are
 * returned as they are; others are cloned, never changed.
 */
export function strictSchema(schema: $ZodType): $ZodType {
  const known = strict.get(schema);
  if (known !== undefined) return known;
  const result = needsCare(schema, new Set()) ? rebuilt(schema) : schema;
  strict.set(schema, result);
  return result;
}

function needsCare(schema: $ZodType, seen: Set<$ZodType>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  return prepareOf(schema) !== undefined || childSchemas(schema).some((child) => needsCare(child, seen));
}

function rebuilt(schema: $ZodType): $ZodType {
  const { def } = (schema as $ZodTypes)._zod;
  // zod caches what a lazy schema resolves to in the definition, so its cache is cleared with the
  // getter.
  const lazy = { getter: () => strictSchema((schema as $ZodLazy)._zod.innerType), _cachedInner: undefined };
  const copy = cloneSchema(schema, def.type === 'lazy' ? { ...def, ...lazy } : mapped(def));
  const prepare = prepareOf(schema);
  if (prepare === undefined) return copy;
  const { run } = copy._zod;
  copy._zod.run = (payload, context) => {
    const prepared = prepare(payload.value);
    if ('fault' in prepared) return refuse(payload, copy, prepared.fault);
    payload.value = prepared.value;
    return run(payload, context);
  };
  return copy;
}

/**
 * As zod's `clone`, without loading zod's core (43 ms of CPU) where an app's own import has not
 * loaded it.
 */
export function cloneSchema(schema: $ZodType, def: object): $ZodType {
  return new schema._zod.constr(def) as $ZodType; // the class that made the schema
}

/**
 * The definition with every schema in it replaced, one level of lists and records deep (`options`,
 * `items`, `shape`).
 */
function mapped<D extends object>(def: D): D {
  const replace = (value: unknown) => (isSchema(value) ? strictSchema(value) : value);
  const entries = Object.entries(def).map(([name, value]) => {
    if (name === 'checks' || name === 'inputs') return [name, value];
    if (Array.isArray(value)) return [name, value.map(replace)];
    if (name !== 'shape') return [name, replace(value)];
    return [name, Object.fromEntries(Object.entries(value as object).map(([key, child]) => [key, replace(child)]))];
  });
  return Object.fromEntries(entries) as D; // the same names, each schema replaced by one of its kind
}

function refuse(payload: ParsePayload, inst: $ZodType, detail: string): ParsePayload {
  payload.issues.push({
    code: 'custom',
    input: undefined,
    message: `Invalid input: ${detail}`,
    params: { [ISSUE_DETAIL]: detail },
    inst,
  });
  return payload;
}

function prepareOf(schema: $ZodType): Prepare | undefined {
  const { def } = (schema as $ZodTypes)._zod;
  switch (def.type) {
    case 'number':
    case 'bigint':
      return def.coerce === true ? coercible('a number', ['number', 'bigint']) : undefined;
    case 'date':
      return def.coerce === true ? coercible('a date', ['number', 'date']) : undefined;
    case 'string':
      return def.coerce === true ? coercible('text', ['number', 'bigint', 'boolean']) : undefined;
    case 'set':
      return (value) => ({ value: Array.isArray(value) ? new Set(value) : value });
    case 'map':
      return (value) => ({ value: mapOf(value) });
    default:
      return undefined;
  }
}

function coercible(expected: string, types: readonly string[]): Prepare {
  return (value) => {
    const type = value instanceof Date ? 'date' : typeof value;
    if (types.includes(type)) return { value };
    if (typeof value !== 'string') return { fault: `expected ${expected}` };
    const blank = expected !== 'text' && value.trim() === '';
    return blank ? { fault: `expected ${expected}, found blank text` } : { value };
  };
}

function mapOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.every((pair) => Array.isArray(pair) && pair.length === 2) ? new Map(value) : value;
  }
  const plain = typeof value === 'object' && value !== null && !(value instanceof Map);
  return plain ? new Map(Object.entries(value)) : value;
}
