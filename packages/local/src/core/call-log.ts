/** An action on a resource, as IAM checks it. */
interface TouchedResource {
  readonly action: string;
  readonly resource: string;
  /**
   * The statements that allow it, as `policy/statement`, for callers whose permissions are
   * enforced.
   * Undefined where it was denied.
   */
  readonly allowedBy?: readonly string[] | undefined;
  /** Where policies are enforced and none allowed it. */
  readonly denied?: true;
}

/** One call that the endpoint answered. */
export interface RecordedCall {
  /** Milliseconds since the epoch, on the endpoint's clock. */
  readonly atMs: number;
  readonly service: string;
  readonly operation: string;
  /**
   * The actions and resources that IAM would check, several for a transaction or a batch over
   * resources.
   */
  readonly touched: readonly TouchedResource[];
  /** `md/component#NAME` in the user agent; undefined for calls that name none. */
  readonly component: string | undefined;
  readonly accessKeyId: string;
  /** The ARN of who called; empty for a call without a signature. */
  readonly principal: string;
  readonly status: number;
  readonly error: string | undefined;
  readonly durationMs: number;
}

/** Which calls to list: every given field must match. */
export type CallFilter = Partial<Pick<RecordedCall, 'service' | 'operation' | 'component'>>;

/** The newest calls, oldest first. */
export interface CallLog {
  add(call: RecordedCall): void;
  list(filter?: CallFilter): readonly RecordedCall[];
  clear(): void;
}

/** A log that keeps the newest `limit` calls, so that a long run cannot fill the memory. */
export function createCallLog(limit = 100_000): CallLog {
  let calls: RecordedCall[] = [];
  return {
    add: (call) => {
      calls.push(call);
      // Cut rarely: moving the array on every call would cost more than the calls.
      if (calls.length >= limit * 1.25) calls = calls.slice(-limit);
    },
    list: ({ service, operation, component } = {}) =>
      calls
        .slice(-limit)
        .filter(
          (call) =>
            (service === undefined || call.service === service) &&
            (operation === undefined || call.operation === operation) &&
            (component === undefined || call.component === component),
        ),
    clear: () => {
      calls = [];
    },
  };
}
