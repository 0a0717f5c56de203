/** The kind of a failure below HTTP's status codes. */
export type FaultKind =
  /** No connection came about. */
  | 'unreachable'
  /** The peer is not who its certificate should say, or speaks no TLS. */
  | 'handshake'
  /** The connection ended or was reset with the answer missing or unfinished. */
  | 'broken'
  /** Nothing, or not all, was heard in time. */
  | 'timeout'
  /** The response breaks the rules of HTTP or of the service's protocol. */
  | 'malformed'
  /** The answer is larger than the bound. */
  | 'oversize';

/** A call that got no usable answer. */
export class TransportFault extends Error {
  override readonly name = 'TransportFault';
  readonly kind: FaultKind;
  /** False when the request cannot have reached the server, so that it had no effect. */
  readonly sent: boolean;
  /** Node's code of the network error, e.g. `ECONNRESET`. */
  readonly code: string | undefined;
  /**
   * True when a kept-alive connection broke before a single byte of answer: most likely the server
   * had closed it when idle.
   */
  readonly stale: boolean;

  constructor(
    kind: FaultKind,
    message: string,
    details: { sent: boolean; code?: string | undefined; stale?: boolean },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.kind = kind;
    this.sent = details.sent;
    this.code = details.code;
    this.stale = details.stale ?? false;
  }
}
