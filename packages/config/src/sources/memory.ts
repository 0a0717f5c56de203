export interface MemorySource {
  readonly kind: 'memory';
  /** Nested like the schema. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Values at hand, for tests: nested like the schema, typed or as text. They stand in for the stores: the environment wins over
 * them, and what they hold is not fetched.
 *
 * @throws TypeError when there are no values.
 * @example
 * ```ts
 * const config = await loadConfig({ ...definition, sources: [memory({ pricing: { taxRate: 0.2 } })] }, { app: 'orders', stage: 'test' });
 * ```
 */
export function memory(values: Readonly<Record<string, unknown>>): MemorySource {
  if (typeof values !== 'object' || values === null) {
    throw new TypeError('Cannot use memory as a source: it takes values nested like the schema');
  }
  return Object.freeze({ kind: 'memory', values });
}
