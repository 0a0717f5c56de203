import { HEADER_LIMIT_BYTES, headersTooLarge } from '../../http/header-limit.ts';
import { lightRequest } from '../../http/light/light-requests.ts';
import { malformedRequest } from '../../http/malformed-request.ts';
import { problem } from '../../http/problem.ts';
import { requestUrl } from '../../http/request-url.ts';
import { BODY_LIMIT_BYTES } from '../../http/serve-request.ts';
import type { Pair } from './multi-value.ts';

/** What every HTTP event says, whatever its shape. */
export interface EventParts {
  readonly method: string;
  /** Wins over the Host header when there is one. */
  readonly domainName?: string | null | undefined;
  /** Some fronts decode it. */
  readonly path: string;
  /** Percent-encoded, without its question mark. */
  readonly query: string;
  readonly headers: readonly Pair[];
  readonly body: string | null | undefined;
  readonly isBase64Encoded: boolean | null | undefined;
}

/** A WHATWG request from an event, or the answer that its size, its encoding or a header earns. */
export function eventRequest(parts: EventParts): Request | Response {
  try {
    const { method } = parts;
    const body = bodyOf(parts);
    if (body !== undefined && Buffer.byteLength(body) > BODY_LIMIT_BYTES) {
      return problem({
        status: 413,
        title: 'Content Too Large',
        detail: `The body is above ${BODY_LIMIT_BYTES} bytes`,
      });
    }
    if (typeof parts.query !== 'string') return malformedRequest();
    let headerBytes = parts.path.length + parts.query.length;
    // As in a request on a socket: a colon, a space, a line's end.
    for (const [name, value] of parts.headers) headerBytes += name.length + value.length + 4;
    if (headerBytes > HEADER_LIMIT_BYTES) return headersTooLarge();
    const proto = joined(parts.headers, 'x-forwarded-proto') === 'http' ? 'http' : 'https';
    const host = parts.domainName ?? joined(parts.headers, 'host') ?? '';
    if (typeof host !== 'string') return malformedRequest();
    const url = requestUrl(proto, host, parts);
    if (!url) return malformedRequest();
    const sent = method === 'GET' || method === 'HEAD' ? undefined : body;
    const light = typeof sent === 'object' ? undefined : lightRequest(url, method, parts.headers, sent);
    if (light) return light;
    // As bytes: a text would bring a content type along.
    const request = new Request(url, { method, ...(sent === undefined ? {} : { body: Buffer.from(sent) }) });
    // Into its own, because a request copies those that it is given, one by one.
    for (const [name, value] of parts.headers) request.headers.append(name, inBytes(value));
    return request;
  } catch {
    // What Headers, Request or encodeURIComponent refuse came from the client, and so did parts of other types.
    return malformedRequest();
  }
}

/** @throws TypeError for a body of another type, and for base64 that is none: Node would leave out what it cannot read. */
function bodyOf({ body, isBase64Encoded }: EventParts): string | Buffer | undefined {
  if (typeof (isBase64Encoded ?? false) !== 'boolean') throw new TypeError('isBase64Encoded is no boolean');
  if (body === undefined || body === null || body === '') return undefined;
  if (typeof body !== 'string') throw new TypeError('The body is no string');
  if (!isBase64Encoded) return body;
  const bytes = Buffer.from(body, 'base64');
  if (body.length % 4 !== 0 || bytes.length !== Buffer.byteLength(body, 'base64'))
    throw new TypeError('The body is no base64');
  return bytes;
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
