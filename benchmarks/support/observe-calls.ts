import type { Aws } from '@twelvefold/aws';
import type { AwsService, CallOptions } from '@twelvefold/aws/internal';

export interface ObservedCalls {
  readonly aws: Aws;
  /** Calls that were begun, those that were cut off before an answer included. */
  begun(): number;
  /** The longest chain of calls each of which began when another had ended. */
  roundTrips(): number;
}

/** A port that passes everything on and counts. */
export function observeCalls(inner: Aws): ObservedCalls {
  let begun = 0;
  let ended = 0;
  const call = async (service: AwsService, operation: string, input: unknown, options: CallOptions) => {
    begun += 1;
    const trip = ended + 1;
    try {
      return await inner.call(service as never, operation as never, input as never, options);
    } finally {
      ended = Math.max(ended, trip);
    }
  };
  const aws: Aws = { call: call as Aws['call'], as: () => aws }; // passes on whatever it was given, so it keeps the types
  return { aws, begun: () => begun, roundTrips: () => ended };
}
