import type { LightHeaders, NodeHeaders } from './light-headers.ts';

export interface LightRequests {
  headers(source?: NodeHeaders): LightHeaders;
  request(
    url: string,
    method: string,
    headers: LightHeaders,
    body: string | Buffer | undefined,
    signalled?: { readonly signal: AbortSignal },
  ): Request;
}

let installed: LightRequests | undefined;

/** Has light requests made from here on; `undefined` ends it. */
export function setLightRequests(requests: LightRequests | undefined): void {
  installed = requests;
}

/** Methods that `Request` takes as they are: it would change the case of others, or refuse them. */
const METHOD = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;

/**
 * A light request of an event, where they are installed and `Request` would take every part as it
 * is. `url` must be normal.
 */
export function lightRequest(
  url: string,
  method: string,
  pairs: Iterable<readonly [name: string, value: string]>,
  text: string | undefined,
): Request | undefined {
  if (!installed || !METHOD.test(method) || text?.isWellFormed() === false) return undefined;
  const headers = installed.headers();
  for (const [name, value] of pairs) if (!headers.put(name, value, true)) return undefined;
  return installed.request(url, method, headers, text);
}

/** A light request of a socket, whose signal is made when it is asked for. */
export function lightNodeRequest(
  url: string,
  method: string,
  source: NodeHeaders,
  body: Buffer | undefined,
  signalled: { readonly signal: AbortSignal },
): Request | undefined {
  if (!installed || !METHOD.test(method)) return undefined;
  return installed.request(url, method, installed.headers(source), body, signalled);
}
