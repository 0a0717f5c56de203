import { currentScope } from '../scope.ts';
import type { TraceContext } from '../trace.ts';
import { openTelemetry } from './open-telemetry.ts';
import type { Span, SpanInit } from './span.ts';
import { startSpan } from './span.ts';

/** The span of what is being sent. */
export interface ProducerSpan extends Pick<Span, 'set' | 'fail'> {
  /** The trace that the messages carry. */
  readonly trace: TraceContext;
}

/**
 * Sends messages in a new span, below that of the running scope or whatever is active, and passes
 * it to `work`: receivers of the messages continue from it. Without an OpenTelemetry tracer it only
 * looks at one global, and the messages carry the scope's trace.
 */
export function producing<T>(init: () => SpanInit, work: (span: ProducerSpan | undefined) => Promise<T>): Promise<T> {
  if (openTelemetry() === undefined) return work(undefined);
  const span = startSpan(init, currentScope()?.trace ?? {});
  return span ? inSpan(span, work) : work(undefined);
}

async function inSpan<T>(span: Span, work: (span: ProducerSpan) => Promise<T>): Promise<T> {
  const { set, fail } = span;
  try {
    return await span.run(() => work({ trace: xrayFor(span.trace), set, fail }));
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/**
 * The trace with an X-Ray header of the same span. Creates the header if missing; updates the
 * parent if it belongs to this trace; otherwise keeps it. The ids are the same in another spelling
 * (X-Ray developer guide, trace ids of W3C format).
 */
export function xrayFor(trace: TraceContext): TraceContext {
  const { traceparent, xray } = trace;
  if (traceparent === undefined) return trace;
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
  const fields = (xray ?? `Root=${root}`).split(';').filter((field) => field !== '');
  if (!fields.some((field) => field.toLowerCase() === `root=${root}`)) return trace;
  const remaining = fields.filter((field) => !/^(Parent|Sampled)=/i.test(field));
  const sampled = Number.parseInt(flags, 16) & 1;
  return { ...trace, xray: [...remaining, `Parent=${spanId}`, `Sampled=${sampled}`].join(';') };
}
