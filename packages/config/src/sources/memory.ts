export interface MemorySource {
  readonly kind: 'memory';
  /** Nested like the schema. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Values at hand, for tests: nested like the schema, typed or as text. They stand in for the stores: the environment wins over
 * them, and what they hold is not fetched.
 *
 * @example
 * ```ts
 * const config = await loadConfig({ ...definition, sources: [memory({ pricing: { taxRate: 0.2 } })] }, { app: 'orders', stage: 'test' });
 * ```
 */
export function memory(values: Readonly<Record<string, unknown>>): MemorySource {
  return Object.freeze({ kind: 'memory', values });
}
