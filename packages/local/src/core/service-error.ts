/** An error that AWS would answer with. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** The shape's name, e.g. `ResourceNotFoundException`: `__type` in JSON, `Code` in XML. */
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape, e.g. `Item` or `CancellationReasons`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** SQS: the code of the old Query protocol, sent in `x-amzn-query-error`. */
  readonly queryCode: string | undefined;
  /** SQS: the message of the Query protocol, where it differs. */
  readonly queryMessage: string | undefined;
  /** REST: further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Whether the caller has no permission: it counts before what a service makes of other errors.
   */
  readonly isDenied: boolean;

  constructor(
    code: string,
    message: string,
    options: {
      status?: number;
      fields?: Record<string, unknown>;
      queryCode?: string;
      queryMessage?: string;
      headers?: Readonly<Record<string, string>>;
      isDenied?: boolean;
    } = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
    this.queryCode = options.queryCode;
    this.queryMessage = options.queryMessage;
    this.headers = options.headers ?? {};
    this.isDenied = options.isDenied ?? false;
  }
}
