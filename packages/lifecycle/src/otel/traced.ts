import { currentScope, scopeSpan } from '../scope.ts';
import type { SpanInit } from './span.ts';
import { startSpan } from './span.ts';

/**
 * Does `work` in a span of its own, under that of the running scope; just does it when the scope has none, because no OpenTelemetry
 * tracer is registered, and outside of scopes.
 *
 * @example
 * ```ts
 * const span = () => ({ name: 'GET', kind: 'client', attributes: { 'server.address': 'prices.example' } }) as const;
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
