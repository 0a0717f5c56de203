import type { LightHeaders } from './light-headers.ts';

export interface LightRequests {
  headers(): LightHeaders;
  request(url: string, method: string, headers: LightHeaders, text: string | undefined): Request;
}

let installed: LightRequests | undefined;

/** What makes light requests between `installLightHttp()` and its end. */
export function lightRequests(): LightRequests | undefined {
  return installed;
}

export function setLightRequests(made: LightRequests | undefined): void {
  installed = made;
}

/** What `Request` takes as it is: it would change the case of others, or refuse them. */
const METHOD = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;

/** A light request, where they are installed and every part is one that `Request` would take as it is. `url` must be normal. */
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
