/** One call that the endpoint answered. */
export interface RecordedCall {
  /** Milliseconds since the epoch, on the endpoint's clock. */
  readonly atMs: number;
  readonly service: string;
  readonly operation: string;
  /** What IAM would check: action and resource, several for a transaction or a batch over resources. */
  readonly touched: ReadonlyArray<{ readonly action: string; readonly resource: string }>;
  /** `md/component#NAME` in the user agent; undefined for calls that name none. */
  readonly component: string | undefined;
  readonly accessKeyId: string;
  readonly status: number;
  readonly error: string | undefined;
  readonly durationMs: number;
}
