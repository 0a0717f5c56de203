import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { Pace } from './pace.ts';

/** Codes of DynamoDB for calls that were too many. */
const THROTTLED = ['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'] as const;

interface Consumed {
  readonly CapacityUnits?: number;
}

/**
 * The same port, which asks DynamoDB for the consumed capacity of each call and reports it, and
 * reports calls that were throttled.
 */
export function countCapacity(aws: Aws, pace: () => Pick<Pace, 'consumed' | 'throttled'> | undefined): Aws {
  return {
    async call(service, operation, input, options) {
      if (service.name !== 'dynamodb') return aws.call(service, operation, input, options);
      try {
        // Every operation on items takes this member; the port's types leave it out.
        const counted = { ...(input as object), ReturnConsumedCapacity: 'TOTAL' } as typeof input;
        const output = await aws.call(service, operation, counted, options);
        pace()?.consumed(unitsOf(output));
        return output;
      } catch (error) {
        if (THROTTLED.some((code) => AwsError.isInstance(error, code))) pace()?.throttled();
        throw error;
      }
    },
    as: (component) => countCapacity(aws.as(component), pace),
  };
}

/** One object for a call on one table, a list for a transaction. */
function unitsOf(output: unknown): number {
  const { ConsumedCapacity } = (output ?? {}) as { ConsumedCapacity?: Consumed | readonly Consumed[] };
  if (ConsumedCapacity === undefined) return 0;
  const list = Array.isArray(ConsumedCapacity)
    ? (ConsumedCapacity as readonly Consumed[])
    : [ConsumedCapacity as Consumed];
  return list.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}
