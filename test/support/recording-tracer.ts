import { randomBytes } from 'node:crypto';

/** The recorded calls of a span. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly attributes: Record<string, unknown>;
  ended: boolean;
}

interface ParentSpan {
  spanContext(): { traceId: string; spanId: string };
}

const REGISTERED = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

/**
 * A tracer in the place where OpenTelemetry's API keeps one. The unit tests of lifecycle use the
 * real SDK.
 */
export function recordingTracer() {
  const spans: RecordedSpan[] = [];
  const startSpan = (
    name: string,
    options: { kind: number; attributes: Record<string, unknown> },
    context: { getValue(key: symbol): unknown },
  ) => {
    const parent = (context.getValue(SPAN) as ParentSpan | undefined)?.spanContext(); // as the API reads it
    const span: RecordedSpan = {
      name,
      kind: options.kind,
      traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      parentId: parent?.spanId,
      attributes: { ...options.attributes },
      ended: false,
    };
    spans.push(span);
    return {
      spanContext: () => ({ traceId: span.traceId, spanId: span.spanId, traceFlags: 1 }),
      setAttribute: (key: string, value: unknown) => Object.assign(span.attributes, { [key]: value }),
      setStatus: () => {},
      end: () => {
        span.ended = true;
      },
    };
  };
  return {
    spans,
    register: () => void Reflect.set(globalThis, REGISTERED, { trace: { getTracer: () => ({ startSpan }) } }),
    unregister: () => {
      spans.length = 0;
      Reflect.deleteProperty(globalThis, REGISTERED);
    },
  };
}
