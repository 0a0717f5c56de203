import type { TraceContext } from '../trace.ts';
import type { AttributeValue, OtelContext, OtelSpan, OtelSpanContext } from './open-telemetry.ts';
import { openTelemetry } from './open-telemetry.ts';

/** The kinds of `SpanKind`. */
export const SPAN_KINDS = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 } as const;

/** The description of a span's work, by OpenTelemetry's semantic conventions. */
export interface SpanInit {
  /** Few different ones: no ids. */
  readonly name: string;
  readonly kind: keyof typeof SPAN_KINDS;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A running span of the registered tracer. */
export interface Span {
  /** Names this span as the parent of whatever hears of it. */
  readonly trace: TraceContext;
  /** Runs work with the span as the active one, for instrumented libraries. */
  run<T>(work: () => T): T;
  set(name: string, value: AttributeValue): void;
  /**
   * Marks the work as failed, only by the kind of error: messages and stacks may quote secrets,
   * and only the log redacts them. It has the same trace id. An error type may be given as text.
   */
  fail(error: unknown): void;
  end(): void;
}

/** The key of `trace.setSpan`. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const TRACER = '@twelvefold/lifecycle';
const NO_TRACE = /^0+$/;
const STATUS_ERROR = 2;

/**
 * Starts a span under `parent`, or under the active span when that is of the same trace;
 * `undefined` without a tracer.
 */
export function startSpan(init: () => SpanInit, parent: TraceContext): Span | undefined {
  const otel = openTelemetry();
  if (!otel) return undefined;
  const { name, kind, attributes } = init();
  const context = contextUnder(otel.context?.active() ?? contextOf(new Map()), parent);
  const span = otel.trace.getTracer(TRACER).startSpan(name, { kind: SPAN_KINDS[kind], attributes }, context);
  const withSpan = context.setValue(SPAN, span);
  return {
    trace: traceOf(span.spanContext(), parent),
    run: (work) => (otel.context ? otel.context.with(withSpan, work) : work()),
    set: (key, value) => void span.setAttribute(key, value),
    fail: (error) => {
      span.setAttribute(
        'error.type',
        error instanceof Error ? error.name : typeof error === 'string' ? error : typeof error,
      );
      span.setStatus({ code: STATUS_ERROR });
    },
    end: () => span.end(),
  };
}

function contextUnder(active: OtelContext, { traceparent }: TraceContext): OtelContext {
  if (traceparent === undefined) return active;
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  const span = active.getValue(SPAN) as OtelSpan | undefined; // only the API sets it
  // An instrumented server has made a span of the same headers already: that one is the parent.
  if (span?.spanContext().traceId === traceId) return active;
  return active.setValue(SPAN, remote({ traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }));
}

/** A span of another process: it only has a name to be a parent by. */
function remote(spanContext: OtelSpanContext) {
  const span = {
    spanContext: () => spanContext,
    setAttribute: () => span,
    setAttributes: () => span,
    addEvent: () => span,
    addLink: () => span,
    addLinks: () => span,
    setStatus: () => span,
    updateName: () => span,
    end: () => {},
    isRecording: () => false,
    recordException: () => {},
  };
  return span;
}

function traceOf({ traceId, spanId, traceFlags, traceState }: OtelSpanContext, parent: TraceContext): TraceContext {
  // A tracer that is registered and switched off makes spans without ids: what came in goes on.
  if (NO_TRACE.test(traceId)) return parent;
  const flags = (traceFlags & 0xff).toString(16).padStart(2, '0');
  const tracestate = traceState?.serialize() || parent.tracestate;
  return {
    traceparent: `00-${traceId}-${spanId}-${flags}`,
    ...(tracestate ? { tracestate } : {}),
    ...(parent.xray === undefined ? {} : { xray: parent.xray }),
  };
}

/** A context where no context manager is registered. */
function contextOf(values: ReadonlyMap<symbol, unknown>): OtelContext {
  return {
    getValue: (key) => values.get(key),
    setValue: (key, value) => contextOf(new Map(values).set(key, value)),
    deleteValue: (key) => contextOf(new Map([...values].filter(([name]) => name !== key))),
  };
}
