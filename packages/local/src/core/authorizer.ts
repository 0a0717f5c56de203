import type { Principal } from './caller.ts';

/** Condition keys and their values, e.g. `{ 'sns:Protocol': 'sqs' }`. */
export type ConditionKeys = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The call of a user, for which actions on resources are checked. */
export interface UserCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
  /** The account that the call is in: the owner of resources whose ARN names none. */
  readonly account: string;
  readonly region: string;
  readonly userAgent: string;
  /** Of a service's call, from `x-amz-source-arn` and `x-amz-source-account`. */
  readonly source?: { readonly arn: string | undefined; readonly account: string | undefined } | undefined;
}

/**
 * An action of one service on another's resource, for a user, e.g. a delivery of SNS to a queue.
 */
export interface ServiceCall {
  /** The service principal, e.g. `sns.amazonaws.com`. */
  readonly from: string;
  readonly action: string;
  readonly resource: string;
  /** `aws:SourceArn`; `aws:SourceAccount` is the account in it, or `sourceAccount`. */
  readonly sourceArn: string;
  /** @defaultValue the account in `sourceArn` */
  readonly sourceAccount?: string | undefined;
  readonly region: string;
  /** A role that the service assumes for it. @defaultValue none: it comes as itself */
  readonly roleArn?: string | undefined;
  readonly keys?: ConditionKeys | undefined;
}

/** Enforces permissions. Absent where they are not enforced. */
export interface Authorizer {
  /**
   * The statements that allow an action on a resource.
   *
   * @throws ServiceError in the words of AWS if it is denied
   */
  check(call: UserCall, action: string, resource: string, keys?: ConditionKeys): readonly string[];
  /** The action that is checked on `*`, for an operation whose input names no resource. */
  unnamedAction(service: string, operation: string): string | undefined;
  /** Whether a service may do this; noted in the call log. */
  permits(call: ServiceCall): boolean;
}
