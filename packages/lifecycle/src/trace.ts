/** Trace headers, to be carried on unchanged. */
export interface TraceContext {
  /** W3C `traceparent`. */
  traceparent?: string;
  /** W3C `tracestate`: means something only beside a `traceparent`. */
  tracestate?: string;
  /** `X-Amzn-Trace-Id`, or `AWSTraceHeader` on a message. */
  xray?: string;
}

/**
 * W3C Trace Context, section 3.2: version, trace id, parent id, flags; later versions may add to
 * them.
 */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[\x21-\x7e]{1,256})?$/;
/**
 * W3C Trace Context, section 3.3: list members of printable characters; 512 are what a vendor
 * should carry on.
 */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/;
/** Fields joined by semicolons, a root among them ("Tracing header", X-Ray developer guide). */
const XRAY = /^(?=.{1,512}$)(?:\w+=[\w:.-]*;)*Root=1-[0-9a-f]{8}-[0-9a-f]{24}(?:;\w+=[\w:.-]*)*;?$/i;

/**
 * Those headers of `candidate` that are well formed. Anybody can send any others, and SQS refuses
 * the message that carries a malformed `AWSTraceHeader`: a request's header would decide whether
 * its order can be sent.
 */
export function traceFrom({ traceparent, tracestate, xray }: TraceContext = {}): TraceContext {
  const isTraced = traceparent !== undefined && TRACEPARENT.test(traceparent);
  return {
    ...(isTraced ? { traceparent } : {}),
    ...(isTraced && tracestate !== undefined && TRACESTATE.test(tracestate) ? { tracestate } : {}),
    ...(xray !== undefined && XRAY.test(xray) ? { xray } : {}),
  };
}
