// The parts of @opentelemetry/api that are used. The package is not imported: an app that traces
// has registered its SDK under a symbol, which all copies and versions 1.x of the API share; an app
// that does not has no copy of it.

export type AttributeValue = string | number | boolean;

export interface OtelSpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly traceState?: { serialize(): string } | undefined;
  readonly isRemote?: boolean;
}

export interface OtelSpan {
  spanContext(): OtelSpanContext;
  setAttribute(name: string, value: AttributeValue): unknown;
  setStatus(status: { code: number }): unknown;
  end(): void;
}

export interface OtelContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): OtelContext;
  deleteValue(key: symbol): OtelContext;
}

interface OtelTracer {
  startSpan(
    name: string,
    options: { kind: number; attributes: Readonly<Record<string, AttributeValue>> },
    context: OtelContext,
  ): OtelSpan;
}

export interface OpenTelemetry {
  readonly trace?: { getTracer(name: string): OtelTracer };
  readonly context?: {
    active(): OtelContext;
    with<T>(context: OtelContext, work: () => T): T;
  };
}

export type RegisteredTracer = OpenTelemetry & Required<Pick<OpenTelemetry, 'trace'>>;

/** `makeGlobalKey` of @opentelemetry/api 1.x. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/**
 * The registered OpenTelemetry API, if it includes a tracer. Without a tracer this costs one look
 * at a global.
 */
export function openTelemetry(): RegisteredTracer | undefined {
  const registered = (globalThis as Record<symbol, unknown>)[REGISTERED] as OpenTelemetry | undefined; // the API's own shape
  return registered?.trace === undefined ? undefined : (registered as RegisteredTracer); // checked in this line
}
