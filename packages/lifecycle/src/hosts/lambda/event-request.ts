import { HEADER_LIMIT_BYTES, headersTooLarge } from '../../http/header-limit.ts';
import { malformedRequest } from '../../http/malformed-request.ts';
import { problem } from '../../http/problem.ts';
import { requestUrl } from '../../http/request-url.ts';
import { BODY_LIMIT_BYTES } from '../../http/serve-request.ts';
import type { Pair } from './multi-value.ts';

/** What every HTTP event says, whatever its shape. */
export interface EventParts {
  readonly method: string;
  /** Wins over the Host header when there is one. */
  readonly domainName?: string | undefined;
  /** Some fronts decode it; what may not stand in a path is encoded again. */
  readonly path: string;
  /** Percent-encoded, without its question mark. */
  readonly query: string;
  readonly headers: readonly Pair[];
  readonly body: string | null | undefined;
  readonly isBase64Encoded: boolean | undefined;
}

/** What no percent-encoded path holds: HTTP APIs hand `rawPath` over decoded, function URLs as it was sent. */
const NOT_IN_PATH = /[^\x21-\x7e]|["#<>?\\^`{|}]|%(?![0-9A-Fa-f]{2})/gu;

/** What most paths are: nothing to look at twice. */
const PLAIN = /^[\w/.~-]*$/;

/** A WHATWG request from an event, or the answer that its size, its encoding or a header earns. */
export function eventRequest(parts: EventParts): Request | Response {
  try {
    const { method } = parts;
    const body = parts.body ? Buffer.from(parts.body, parts.isBase64Encoded ? 'base64' : 'utf8') : undefined;
    if (body && body.length > BODY_LIMIT_BYTES) {
      return problem({
        status: 413,
        title: 'Content Too Large',
        detail: `The body is above ${BODY_LIMIT_BYTES} bytes`,
      });
    }
    let headerBytes = parts.path.length + parts.query.length;
    // As in a request on a socket: a colon, a space, a line's end.
    for (const [name, value] of parts.headers) headerBytes += name.length + value.length + 4;
    if (headerBytes > HEADER_LIMIT_BYTES) return headersTooLarge();
    const proto = joined(parts.headers, 'x-forwarded-proto') === 'http' ? 'http' : 'https';
    const host = parts.domainName ?? joined(parts.headers, 'host') ?? '';
    // A decoded `?` or `#` must not end the path.
    const path = PLAIN.test(parts.path) ? parts.path : parts.path.replaceAll(NOT_IN_PATH, encodeURIComponent);
    const url = requestUrl(proto, host, `${path}${parts.query ? `?${parts.query}` : ''}`);
    if (!url) return malformedRequest();
    const request = new Request(url, { method, ...(body && method !== 'GET' && method !== 'HEAD' ? { body } : {}) });
    // Into its own, because a request copies those that it is given, one by one.
    for (const [name, value] of parts.headers) request.headers.append(name, inBytes(value));
    return request;
  } catch {
    // What Headers, Request or encodeURIComponent refuse came from the client.
    return malformedRequest();
  }
}

/** All values of a header, as `Headers.get` would join them. */
function joined(headers: readonly Pair[], wanted: string): string | undefined {
  let all: string | undefined;
  for (const [name, value] of headers) {
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    all = all === undefined ? value.trim() : `${all}, ${value.trim()}`;
  }
  return all;
}

/** Headers hold bytes: text beyond Latin-1 becomes its UTF-8 bytes, as a socket would have brought it. */
function inBytes(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of Latin-1 begins at 0
  return /^[\u0000-\u00ff]*$/.test(value) ? value : Buffer.from(value).toString('latin1');
}
