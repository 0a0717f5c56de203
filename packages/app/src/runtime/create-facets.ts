import type { Aws } from '@twelvefold/aws';
import type { ResourceDefinition } from '@twelvefold/backing';
import type { Clock } from '@twelvefold/core';
import type { Logger } from '@twelvefold/logging';

/** The methods of each access of a resource, as plain objects. */
export type Facets = Readonly<Record<string, object>>;

export interface FacetOptions {
  /** The port, naming the component. */
  aws: Aws;
  clock: Clock;
  logger: Logger;
}

/**
 * Binds a definition to its resource. Each driver is loaded when a component first uses its kind.
 *
 * @param target the binding's value: URL, ARN or name
 */
export async function createFacets(
  definition: ResourceDefinition,
  target: string,
  { aws, clock, logger }: FacetOptions,
): Promise<Facets> {
  switch (definition.kind) {
    case 'queue': {
      // Not the subpath of all drivers of SQS: a bundle keeps the whole of what is imported like this, the poller too.
      const { createSqsSender } = await import('@twelvefold/backing/sqs-sender');
      return { send: createSqsSender({ definition, url: target, aws, clock }) };
    }
    case 'topic': {
      const { createSnsPublisher } = await import('@twelvefold/backing/sns');
      return { publish: createSnsPublisher({ definition, arn: target, aws, clock }) };
    }
    case 'table': {
      const { createDynamoDbTable } = await import('@twelvefold/backing/dynamodb-table');
      return split(createDynamoDbTable({ definition, name: target, aws }), ['get', 'query', 'scan']);
    }
    case 'sessions': {
      const onUnreadable = (error: Error) => logger.warn(error.message);
      const { createDynamoDbSessions } = await import('@twelvefold/backing/dynamodb-sessions');
      return split(createDynamoDbSessions({ definition, name: target, aws, clock, onUnreadable }), ['load']);
    }
    case 'idempotency': {
      const { createDynamoDbIdempotency } = await import('@twelvefold/backing/dynamodb-idempotency');
      return { write: createDynamoDbIdempotency({ definition, name: target, aws, clock }) };
    }
  }
}

/** A client's methods as `read` (those named) and `write` (the rest). */
function split(client: object, reads: readonly string[]): Facets {
  const methods = Object.entries(client);
  return {
    read: Object.fromEntries(methods.filter(([name]) => reads.includes(name))),
    write: Object.fromEntries(methods.filter(([name]) => !reads.includes(name))),
  };
}
