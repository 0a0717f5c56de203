import { CORRELATION_HEADER } from '../correlation.ts';
import { currentScope } from '../scope.ts';

/**
 * The headers that carry the running scope on to another service: its correlation id, and its trace context as it came in. Empty
 * outside of a scope.
 *
 * @example
 * ```ts
 * await fetch('https://prices.example/today', { headers: traceHeaders() });
 * ```
 */
export function traceHeaders(): Record<string, string> {
  const scope = currentScope();
  if (!scope) return {};
  const { traceparent, tracestate, xray } = scope.trace;
  return {
    [CORRELATION_HEADER]: scope.correlationId,
    ...(traceparent ? { traceparent } : {}),
    ...(traceparent && tracestate ? { tracestate } : {}),
    ...(xray ? { 'x-amzn-trace-id': xray } : {}),
  };
}
