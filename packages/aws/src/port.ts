import type { Input, Operation, Output, Service } from './operations/aws-operations.ts';
import type { AwsService } from './services/aws-service.ts';

export interface CallOptions {
  /**
   * Whether the call changes anything. Reads are tried again freely; writes only when they cannot
   * have had an effect (throttled,
   * refused, never connected), unless they are `repeatable`.
   */
  access: 'read' | 'write';
  /**
   * For a write: doing it twice does no harm, so a lost answer may be asked for again.
   * @defaultValue false
   */
  repeatable?: boolean | undefined;
  /**
   * Milliseconds for the call with all of its attempts, if less than the port's `totalTimeoutMs`.
   */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /**
   * Is called with each answer of AWS to the call, also one that refuses it, before the call
   * settles. An
   * attempt without an answer makes none.
   */
  onAnswer?: ((answer: Answer) => void) | undefined;
}

/** Facts about an answer that are not in its body. */
export interface Answer {
  /**
   * The time in its `Date` header, in milliseconds since 1970; the header has whole seconds.
   * `undefined`
   * without a date of AWS: no header, or an answer out of a cache.
   */
  readonly serverTimeMs: number | undefined;
  /** Milliseconds from the request to its answer, by a monotonic clock. */
  readonly roundTripMs: number;
}

/**
 * The one way from a driver to AWS. Drivers never see a client or a command class.
 *
 * Rejects with an {@link AwsError} for anything AWS answered and for an endpoint that could not be
 * reached, and with the
 * signal's reason when `signal` aborts.
 */
export interface Aws {
  call<S extends Service, O extends Operation<S>>(
    service: AwsService<S>,
    operation: O,
    input: Input<S, O>,
    options: CallOptions,
  ): Promise<Output<S, O>>;
  /**
   * The same port, naming `component` in the user agent of every call, so calls can be told apart
   * in CloudTrail and in tests.
   */
  as(component: string): Aws;
}
