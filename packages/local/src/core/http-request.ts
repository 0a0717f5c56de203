import type { IncomingHttpHeaders } from 'node:http';

/** An HTTP request, body read. */
export interface HttpRequest {
  readonly method: string;
  /** As sent, percent signs and all, without the query string. */
  readonly path: string;
  readonly search: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
