import { currentScope } from '@twelvefold/lifecycle';
import type { ProducerSpan, SpanInit, TraceContext } from '@twelvefold/lifecycle/internal';
import { producing } from '@twelvefold/lifecycle/internal';

/** The sender of messages, for its spans. */
export interface Producer {
  /** `aws_sqs` or `aws.sns`. */
  readonly system: string;
  /** The system's name for sending: `send` or `publish`. */
  readonly operation: string;
  /** The physical name of the queue or topic. */
  readonly destination: string;
}

/** Describes the span by OpenTelemetry's conventions for messaging. */
export function producerSpan({ system, operation, destination }: Producer): SpanInit {
  const component = currentScope()?.component;
  return {
    name: `${operation} ${destination}`,
    kind: 'producer',
    attributes: {
      'messaging.system': system,
      'messaging.operation.name': operation,
      'messaging.operation.type': 'send',
      'messaging.destination.name': destination,
      ...(component === undefined ? {} : { 'twelvefold.component': component }),
    },
  };
}

/**
 * Sends one message, where a tracer is registered in a span: then `work` gets the trace that the
 * message carries.
 */
export function sendOne<R extends { messageId: string }>(
  producer: Producer,
  work: (trace: TraceContext | undefined) => Promise<R>,
): Promise<R> {
  return producing(
    () => producerSpan(producer),
    (span) => (span ? sendInSpan(span, work(span.trace)) : work(undefined)),
  );
}

async function sendInSpan<R extends { messageId: string }>(span: ProducerSpan, sending: Promise<R>): Promise<R> {
  const receipt = await sending;
  span.set('messaging.message.id', receipt.messageId);
  return receipt;
}
