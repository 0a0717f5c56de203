import type { MessageAttributeValue } from '@twelvefold/aws/internal';
import type { Scope } from '@twelvefold/lifecycle';
import type { TraceContext } from '@twelvefold/lifecycle/internal';
import { CORRELATION_ATTRIBUTE, correlationIdFrom, SAMPLED, SAMPLED_ATTRIBUTE } from '@twelvefold/lifecycle/internal';

/** The message attribute that carries W3C trace context. */
export const TRACEPARENT_ATTRIBUTE = 'traceparent';
/**
 * SNS has no system attribute `AWSTraceHeader`: through a topic the X-Ray header is this message
 * attribute.
 */
export const XRAY_ATTRIBUTE = 'xrayTraceHeader';

/** An attribute of type String. */
export function stringAttribute(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}

/**
 * Makes the attributes that connect messages with the work that sends them. All messages of a scope
 * get the same ones; outside of a scope each message gets a new correlation id.
 *
 * @param trace the trace of the span that sends them, or of the scope
 */
export function outgoingAttributes(
  scope: Scope | undefined,
  trace: TraceContext | undefined,
): () => Record<string, MessageAttributeValue> {
  const make = () => {
    const attributes: Record<string, MessageAttributeValue> = {
      [CORRELATION_ATTRIBUTE]: stringAttribute(correlationIdFrom(scope?.correlationId)),
    };
    if (trace?.traceparent) attributes[TRACEPARENT_ATTRIBUTE] = stringAttribute(trace.traceparent);
    if (scope?.sampled) attributes[SAMPLED_ATTRIBUTE] = stringAttribute(SAMPLED);
    return attributes;
  };
  if (scope === undefined) return make;
  const shared = make();
  return () => shared;
}
