import type { IncomingHttpHeaders } from 'node:http';

/** An HTTP answer, ready to send. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /**
   * How the body is sent, when not as usual: half of it and then nothing, or in pieces, with a wait
   * before each.
   */
  readonly sending?:
    | { readonly kind: 'half' }
    | { readonly kind: 'pieces'; wait(part: number): Promise<void> }
    | undefined;
}

/** An HTTP request, body read. */
export interface HttpRequest {
  readonly method: string;
  /** As sent, percent signs and all, without the query string. */
  readonly path: string;
  readonly search: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The parameters of a Query call: its form, or else its query string. */
export function readForm({ headers, body, search }: HttpRequest): URLSearchParams {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return isForm ? new URLSearchParams(body.toString()) : search;
}
