import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ParamInfo } from './param-info.ts';

/** The part of a zod 4 definition that is read (zod documents `_zod.def` for library authors). */
interface ZodDef {
  type?: string;
  shape?: Record<string, unknown>;
  innerType?: unknown;
  in?: unknown;
  element?: unknown;
  entries?: Record<string, unknown>;
  format?: string;
  defaultValue?: unknown;
}

const WRAPPERS = new Set(['optional', 'nullable', 'default', 'prefault', 'readonly', 'catch', 'nonoptional', 'pipe']);
const OPTIONAL = new Set(['optional', 'default', 'prefault', 'catch']);

/** From a zod 4 object's own definition; `undefined` for anything else. */
export function fromZodShape(schema: StandardSchemaV1): ParamInfo[] | undefined {
  const { def } = unwrap(schema);
  if (def?.type !== 'object' || !def.shape) return undefined;
  return Object.entries(def.shape).map(([name, property]) => paramInfo(name, property));
}

function paramInfo(name: string, schema: unknown): ParamInfo {
  const { def, required, fallback } = unwrap(schema);
  const type = typeOf(def);
  const hint = def?.type === 'enum' && def.entries ? Object.values(def.entries).join('|') : hintOf(def);
  return {
    name,
    type,
    ...(type === 'array' && { items: itemType(def?.element) }),
    required,
    ...(hint !== undefined && { hint }),
    ...(fallback !== undefined && { default: fallback }),
  };
}

/** The definition below wrappers, and what they say. */
function unwrap(schema: unknown): { def: ZodDef | undefined; required: boolean; fallback: unknown } {
  let def = defOf(schema);
  let required = true;
  let fallback: unknown;
  while (def?.type !== undefined && WRAPPERS.has(def.type)) {
    if (OPTIONAL.has(def.type)) required = false;
    if (def.type === 'default') fallback ??= def.defaultValue;
    def = defOf(def.type === 'pipe' ? def.in : def.innerType);
  }
  return { def, required, fallback };
}

function defOf(schema: unknown): ZodDef | undefined {
  if (typeof schema !== 'object' || schema === null || !('_zod' in schema)) return undefined;
  return (schema._zod as { def?: ZodDef }).def; // Read field by field, each of which may be missing.
}

function itemType(element: unknown): NonNullable<ParamInfo['items']> {
  const type = typeOf(unwrap(element).def);
  return type === 'array' ? 'unknown' : type;
}

function typeOf(def: ZodDef | undefined): ParamInfo['type'] {
  switch (def?.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'array':
      return def.type;
    case 'int':
      return 'number';
    case 'enum':
      return 'string';
    default:
      return 'unknown';
  }
}

function hintOf(def: ZodDef | undefined): string | undefined {
  return def?.type === 'date' ? 'date' : def?.type === 'string' ? def.format : undefined;
}
