import type { MessageAttributeValue } from '@twelvefold/aws';
import type { Scope, TraceContext } from '@twelvefold/lifecycle';
import { CORRELATION_ATTRIBUTE, correlationIdFrom, SAMPLED, SAMPLED_ATTRIBUTE } from '@twelvefold/lifecycle';

/** The message attribute that carries W3C trace context. */
export const TRACEPARENT_ATTRIBUTE = 'traceparent';
/** SNS has no `AWSTraceHeader` system attribute to set; through a topic the X-Ray header travels as this message attribute. */
export const XRAY_ATTRIBUTE = 'xrayTraceHeader';

/** An attribute of type String. */
export function stringAttribute(value: string): MessageAttributeValue {
  return { DataType: 'String', StringValue: value };
}

/**
 * The attributes that tie a message to the work that sends it; a new correlation id outside of a scope.
 *
 * @param trace the span's that sends it, else the scope's
 */
export function outgoingAttributes(
  scope: Scope | undefined,
  trace: TraceContext | undefined,
): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {
    [CORRELATION_ATTRIBUTE]: stringAttribute(correlationIdFrom(scope?.correlationId)),
  };
  if (trace?.traceparent) attributes[TRACEPARENT_ATTRIBUTE] = stringAttribute(trace.traceparent);
  if (scope?.sampled) attributes[SAMPLED_ATTRIBUTE] = stringAttribute(SAMPLED);
  return attributes;
}
