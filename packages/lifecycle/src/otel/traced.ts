import { currentScope, scopeSpan } from '../scope.ts';
import type { SpanInit } from './span.ts';
import { startSpan } from './span.ts';

/**
 * Does `work` in a new span, under that of the running scope. Only calls `work` outside of scopes,
 * and if the scope has no span because no OpenTelemetry tracer is registered.
 *
 * @example
 * ```ts
 * const attributes = { 'server.address': 'prices.example' };
 * const span = () => ({ name: 'GET', kind: 'client', attributes }) as const;
 * const answer = await traced(span, () => fetch('https://prices.example/today'));
 * ```
 */
export async function traced<T>(init: () => SpanInit, work: () => Promise<T>): Promise<T> {
  const scope = currentScope();
  const outer = scope && scopeSpan(scope);
  const span = outer && startSpan(init, outer.trace);
  if (!span) return work();
  try {
    return await span.run(work);
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
