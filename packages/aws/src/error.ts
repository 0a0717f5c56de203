import { TwelvefoldError } from '@twelvefold/core';

export interface AwsErrorDetails {
  /**
   * AWS's own code, e.g. `ConditionalCheckFailedException`. Without an answer from AWS it is one of
   * the
   * port's: `EndpointUnreachable`, `NetworkError`, `TlsError`, `InvalidResponse`,
   * `InvalidChecksum`,
   * `ResponseTooLarge`, `RegionMissing`, `CredentialsProviderError`, `SdkMissing`.
   */
  awsCode: string;
  service: string;
  operation: string;
  httpStatus?: number | undefined;
  requestId?: string | undefined;
  /** True if the same call may succeed later: throttling, 5xx, network. */
  retryable: boolean;
  /** The item that made a conditional write fail, as a plain object, if the call asked for it. */
  item?: Record<string, unknown> | undefined;
  /** One per entry of a cancelled transaction, in order. */
  cancellationReasons?: Array<{ Code?: string; Message?: string; Item?: Record<string, unknown> }> | undefined;
}

/** A failed call to AWS. Switch on `awsCode`; `code` is always `AWS_CALL_FAILED`. */
export class AwsError extends TwelvefoldError {
  override readonly name: string = 'AwsError';
  override readonly code = 'AWS_CALL_FAILED';
  readonly awsCode: string;
  readonly service: string;
  readonly operation: string;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly item: AwsErrorDetails['item'];
  readonly cancellationReasons: AwsErrorDetails['cancellationReasons'];

  constructor(message: string, details: AwsErrorDetails, options?: ErrorOptions) {
    super('AWS_CALL_FAILED', message, options);
    this.awsCode = details.awsCode;
    this.service = details.service;
    this.operation = details.operation;
    this.httpStatus = details.httpStatus;
    this.requestId = details.requestId;
    this.retryable = details.retryable;
    this.item = details.item;
    this.cancellationReasons = details.cancellationReasons;
  }

  /** Whether `error` is a failed call to AWS; with `awsCode`, whether it failed with that code. */
  static override isInstance(error: unknown, awsCode?: string): error is AwsError {
    return (
      TwelvefoldError.isInstance(error, 'AWS_CALL_FAILED') &&
      (awsCode === undefined || (error as Partial<AwsError>).awsCode === awsCode)
    );
  }
}
