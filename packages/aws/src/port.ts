import type { DynamoDbOperations } from './operations/dynamodb.ts';
import type { EcsOperations } from './operations/ecs.ts';
import type { LambdaOperations } from './operations/lambda.ts';
import type { LogsOperations } from './operations/logs.ts';
import type { SecretsManagerOperations } from './operations/secretsmanager.ts';
import type { SnsOperations } from './operations/sns.ts';
import type { SqsOperations } from './operations/sqs.ts';
import type { SsmOperations } from './operations/ssm.ts';

/** Every operation that can be called through the port, by service. */
export interface AwsOperations {
  sqs: SqsOperations;
  sns: SnsOperations;
  ssm: SsmOperations;
  secretsmanager: SecretsManagerOperations;
  dynamodb: DynamoDbOperations;
  ecs: EcsOperations;
  lambda: LambdaOperations;
  logs: LogsOperations;
}

export type Service = keyof AwsOperations;
export type Operation<S extends Service> = keyof AwsOperations[S] & string;
export type Input<S extends Service, O extends Operation<S>> = AwsOperations[S][O] extends { input: infer I }
  ? I
  : never;
export type Output<S extends Service, O extends Operation<S>> = AwsOperations[S][O] extends { output: infer T }
  ? T
  : never;

export interface CallOptions {
  /**
   * Whether the call changes anything. Reads are tried again freely; writes only when they cannot have had an effect (throttled,
   * refused, never connected), unless they are `repeatable`.
   */
  access: 'read' | 'write';
  /** For a write: doing it twice does no harm, so a lost answer may be asked for again. @defaultValue false */
  repeatable?: boolean | undefined;
  /** Milliseconds for the call with all of its attempts, if less than the port's `totalTimeoutMs`. */
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /**
   * Is called with each answer of AWS to the call, also one that refuses it, before the call settles. An
   * attempt without an answer makes none.
   */
  onAnswer?: ((answer: Answer) => void) | undefined;
}

/** Facts about an answer that are not in its body. */
export interface Answer {
  /**
   * The time in its `Date` header, in milliseconds since 1970; the header has whole seconds. `undefined`
   * without a date of AWS: no header, or an answer out of a cache.
   */
  readonly serverTimeMs: number | undefined;
  /** Milliseconds from the request to its answer, by a monotonic clock. */
  readonly roundTripMs: number;
}

/**
 * The one way from a driver to AWS. Drivers never see a client or a command class.
 *
 * Rejects with an {@link AwsError} for anything AWS answered and for an endpoint that could not be reached, and with the
 * signal's reason when `signal` aborts.
 */
export interface Aws {
  call<S extends Service, O extends Operation<S>>(
    service: S,
    operation: O,
    input: Input<S, O>,
    options: CallOptions,
  ): Promise<Output<S, O>>;
  /** The same port, naming `component` in the user agent of every call, so calls can be told apart in CloudTrail and in tests. */
  as(component: string): Aws;
}
