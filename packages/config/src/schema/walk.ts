import type { $ZodLazy, $ZodType, $ZodTypes } from 'zod/v4/core';

export function isSchema(value: unknown): value is $ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

/** Every schema that a schema is made of, one level down. The inputs of a derived key are not part of it. */
export function childSchemas(schema: $ZodType): $ZodType[] {
  const { def } = (schema as $ZodTypes)._zod;
  if (def.type === 'lazy') return [(schema as $ZodLazy)._zod.innerType];
  return Object.entries(def).flatMap(([name, value]) => {
    if (isSchema(value)) return [value];
    if (name === 'inputs' || typeof value !== 'object' || value === null) return [];
    return (Array.isArray(value) ? value : Object.values(value)).filter(isSchema);
  });
}
