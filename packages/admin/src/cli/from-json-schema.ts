import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ParamInfo } from './param-info.ts';

interface JsonSchema {
  type?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  description?: string;
  default?: unknown;
}

/** From Standard JSON Schema; `undefined` if the schema has none or is not an object. */
export function fromJsonSchema(schema: StandardSchemaV1): ParamInfo[] | undefined {
  const converter = Reflect.get(schema['~standard'], 'jsonSchema') as
    | { input(options: object): JsonSchema } // Standard JSON Schema 1.1; anything else throws or gives no object below.
    | undefined;
  if (converter === undefined) return undefined;
  let json: JsonSchema;
  try {
    // zod throws at types JSON lacks, such as dates, unless it may leave them open.
    json = converter.input({ target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } });
  } catch {
    return undefined;
  }
  if (json?.type !== 'object' || !json.properties) return undefined;
  return Object.entries(json.properties).map(([name, property]) => paramInfo(name, property, json.required ?? []));
}

function paramInfo(name: string, declared: JsonSchema, required: readonly string[]): ParamInfo {
  // What may be null as well is typed there as the rest: null cannot be said on a command line.
  const others = declared.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  const property = others.length === 1 ? { ...declared, ...others[0] } : declared;
  const type = typeOf(property);
  const hint = property.enum ? property.enum.join('|') : property.format;
  return {
    name,
    type,
    ...(type === 'array' && { items: itemType(property.items) }),
    required: required.includes(name) && declared.default === undefined,
    ...(hint !== undefined && { hint }),
    ...(declared.description !== undefined && { description: declared.description }),
    ...(declared.default !== undefined && { default: declared.default }),
  };
}

function itemType(items: JsonSchema | undefined): NonNullable<ParamInfo['items']> {
  const type = items ? typeOf(items) : 'unknown';
  return type === 'array' ? 'unknown' : type;
}

function typeOf({ type, const: constant }: JsonSchema): ParamInfo['type'] {
  if (type === 'integer') return 'number';
  if (type === 'string' || type === 'number' || type === 'boolean' || type === 'array') return type;
  if (typeof constant === 'string' || typeof constant === 'number' || typeof constant === 'boolean') {
    return typeof constant as 'string' | 'number' | 'boolean'; // The three that were asked for.
  }
  return 'unknown';
}
