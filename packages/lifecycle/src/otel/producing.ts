import { currentScope } from '../scope.ts';
import type { TraceContext } from '../trace.ts';
import { openTelemetry } from './open-telemetry.ts';
import type { Span, SpanInit } from './span.ts';
import { startSpan } from './span.ts';
import { xrayFor } from './xray-for.ts';

/** The span of what is being sent. */
export interface ProducerSpan extends Pick<Span, 'set' | 'fail'> {
  /** What the messages have to carry. */
  readonly trace: TraceContext;
}

/**
 * Sends messages in a span of its own, below that of the running scope or whatever is active, and hands it over: what reads the messages goes on
 * from it. Without an OpenTelemetry tracer it is a look at one global, and the messages carry the scope's trace.
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
