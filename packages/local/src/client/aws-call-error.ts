/** What an endpoint answered when a call failed, or that nothing answered. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  /** AWS's own code without its namespace; `EndpointUnreachable` when nothing answered. */
  readonly code: string;
  readonly service: string;
  readonly operation: string;
  /** 0 when nothing answered. */
  readonly status: number;

  constructor(
    message: string,
    details: { code: string; service: string; operation: string; status: number },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = details.code;
    this.service = details.service;
    this.operation = details.operation;
    this.status = details.status;
  }
}
