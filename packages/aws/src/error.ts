const BRAND = Symbol.for('twelvefold.error');

export interface AwsErrorDetails {
  /** AWS's own code, e.g. `ConditionalCheckFailedException`; `EndpointUnreachable` when nothing answered, `RegionMissing` without one. */
  code: string;
  service: string;
  operation: string;
  httpStatus?: number | undefined;
  requestId?: string | undefined;
  /** True when the same call may succeed later: throttling, 5xx, network. */
  retryable: boolean;
  /** The item that made a conditional write fail, as a plain object, when it was asked for. */
  item?: Record<string, unknown> | undefined;
  /** One per entry of a cancelled transaction, in order. */
  cancellationReasons?: Array<{ Code?: string; Message?: string; Item?: Record<string, unknown> }> | undefined;
}

/** What AWS answered when a call failed. Switch on `code`. */
export class AwsError extends Error {
  override readonly name: string = 'AwsError';
  readonly code: string;
  readonly service: string;
  readonly operation: string;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly item: AwsErrorDetails['item'];
  readonly cancellationReasons: AwsErrorDetails['cancellationReasons'];
  readonly [BRAND] = true;

  constructor(message: string, details: AwsErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.code = details.code;
    this.service = details.service;
    this.operation = details.operation;
    this.httpStatus = details.httpStatus;
    this.requestId = details.requestId;
    this.retryable = details.retryable;
    this.item = details.item;
    this.cancellationReasons = details.cancellationReasons;
  }

  /** True for an error of AWS, optionally only for one `code`. */
  static isInstance(error: unknown, code?: string): error is AwsError {
    return (
      error instanceof Error &&
      error.name === 'AwsError' &&
      BRAND in error &&
      (code === undefined || (error as Partial<AwsError>).code === code)
    );
  }
}
