import type { Aws } from '@twelvefold/aws';
import { AwsError } from '@twelvefold/aws';
import type { AwsService, CallOptions } from '@twelvefold/aws/internal';

/**
 * A port that passes everything on, keeps what was called and can lose answers: the call happens,
 * its caller never learns.
 */
export interface ObservedAws {
  readonly aws: Aws;
  /** Names of the operations called since the last time. */
  calls(): string[];
  /** Loses the answers of the next `count` calls. */
  loseAnswers(count: number): void;
}

export function observedAws(inner: Aws): ObservedAws {
  let seen: string[] = [];
  let losses = 0;
  const call = async (service: AwsService, operation: string, input: unknown, options: CallOptions) => {
    seen.push(operation);
    const lose = losses > 0;
    if (lose) losses -= 1;
    const answer = await inner.call(service as never, operation as never, input as never, options);
    if (!lose) return answer;
    throw new AwsError('the answer was lost', {
      awsCode: 'NetworkError',
      service: service.name,
      operation,
      retryable: true,
    });
  };
  const aws: Aws = { call: call as Aws['call'], as: () => aws }; // passes on whatever it was given, so it keeps the types
  return {
    aws,
    calls: () => {
      const calls = seen;
      seen = [];
      return calls;
    },
    loseAnswers: (count) => {
      losses = count;
    },
  };
}
