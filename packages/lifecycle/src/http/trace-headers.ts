import { CORRELATION_HEADER, SAMPLED, SAMPLED_HEADER } from '../correlation.ts';
import { currentScope } from '../scope.ts';

/**
 * The headers that carry the running scope on to another service: its correlation id, whether its
 * flow is logged in detail, and its trace context. Empty outside of a scope.
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
    ...(scope.sampled ? { [SAMPLED_HEADER]: SAMPLED } : {}),
    ...(traceparent ? { traceparent } : {}),
    ...(traceparent && tracestate ? { tracestate } : {}),
    ...(xray ? { 'x-amzn-trace-id': xray } : {}),
  };
}
