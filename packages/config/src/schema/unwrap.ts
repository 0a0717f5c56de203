import type { $ZodLazy, $ZodType, $ZodTypes } from 'zod/v4/core';

export interface Unwrapped {
  /** The schema that reads the input first: no wrapper, pipe or lazy schema. */
  readonly inner: $ZodType;
  /** The key may be absent without a fault. */
  readonly optional: boolean;
  readonly hasDefault: boolean;
  readonly nullable: boolean;
}

/**
 * Looks through wrappers, pipes and lazy schemas for what reads the input, by zod 4's own
 * definition (`schema._zod.def`).
 */
export function unwrap(schema: $ZodType): Unwrapped {
  let inner = schema;
  let reader: $ZodType | undefined;
  let optional = false;
  let hasDefault = false;
  let nullable = false;
  let required = false;
  const seen = new Set<$ZodType>();
  while (!seen.has(inner)) {
    seen.add(inner);
    // `$ZodTypes` is zod's own union of all built-in schemas; one from elsewhere falls through to
    // `default`.
    const { def } = (inner as $ZodTypes)._zod;
    switch (def.type) {
      case 'optional':
        optional ||= !required;
        inner = def.innerType;
        break;
      case 'nonoptional':
        required = true;
        inner = def.innerType;
        break;
      case 'default':
      case 'prefault':
      case 'catch':
        hasDefault = true;
        inner = def.innerType;
        break;
      case 'nullable':
        nullable = true;
        inner = def.innerType;
        break;
      case 'readonly':
      case 'success':
      case 'promise':
        inner = def.innerType;
        break;
      case 'lazy':
        // Not the getter itself: it may build a new schema at each call, and zod keeps the first.
        inner = (inner as $ZodLazy)._zod.innerType;
        break;
      case 'pipe':
        // z.preprocess is a pipe out of a function, which takes any input: the function reads, the
        // schema behind it decides about absence.
        if (def.in._zod.def.type === 'transform') {
          reader ??= def.in;
          inner = def.out;
        } else {
          inner = def.in;
        }
        break;
      default:
        return { inner: reader ?? inner, optional: optional || hasDefault, hasDefault, nullable };
    }
  }
  return { inner: reader ?? inner, optional: optional || hasDefault, hasDefault, nullable };
}

/** Whether the schema takes an absent key, by a default or by being optional. */
export function acceptsAbsence(schema: $ZodType): boolean {
  return unwrap(schema).optional;
}

export function isSchema(value: unknown): value is $ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

/**
 * Every schema that a schema is made of, one level down. The inputs of a derived key are not part
 * of it.
 */
export function childSchemas(schema: $ZodType): $ZodType[] {
  const { def } = (schema as $ZodTypes)._zod;
  if (def.type === 'lazy') return [(schema as $ZodLazy)._zod.innerType];
  return Object.entries(def).flatMap(([name, value]) => {
    if (isSchema(value)) return [value];
    if (name === 'inputs' || typeof value !== 'object' || value === null) return [];
    return (Array.isArray(value) ? value : Object.values(value)).filter(isSchema);
  });
}
