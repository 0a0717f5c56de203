import type { SpanInit } from '@twelvefold/lifecycle';
import { currentScope } from '@twelvefold/lifecycle';

/** What sends. */
export interface Producer {
  /** `aws_sqs` or `aws.sns`. */
  readonly system: string;
  /** What the system calls it: `send` or `publish`. */
  readonly operation: string;
  /** The physical name of the queue or topic. */
  readonly destination: string;
}

/** By OpenTelemetry's conventions for messaging. */
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
