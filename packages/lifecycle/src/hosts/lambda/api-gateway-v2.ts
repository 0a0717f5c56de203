import { malformedRequest } from '../../http/malformed-request.ts';
import { problem } from '../../http/problem.ts';
import { requestUrl } from '../../http/request-url.ts';
import { BODY_LIMIT_BYTES } from '../../http/serve-request.ts';

/** An HTTP event of payload format 2.0: API Gateway HTTP APIs and function URLs. Fields as AWS documents them. */
export interface HttpEventV2 {
  version: '2.0';
  rawPath: string;
  rawQueryString: string;
  headers: Record<string, string | undefined>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
  requestContext: { domainName?: string; requestId?: string; http: { method: string } };
}

export interface HttpResultV2 {
  statusCode: number;
  headers: Record<string, string>;
  cookies?: string[];
  body?: string;
  isBase64Encoded: boolean;
}

/** Types that are sent as text; anything else goes base64, as API Gateway asks for binary bodies. */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)|[^;]*\+(json|xml))/;

export function isHttpEventV2(event: unknown): event is HttpEventV2 {
  const candidate = event as Partial<HttpEventV2> | null; // only looked at, field by field
  return (
    candidate?.version === '2.0' &&
    typeof candidate.rawPath === 'string' &&
    typeof candidate.requestContext?.http?.method === 'string'
  );
}

/** What no percent-encoded path holds: HTTP APIs hand `rawPath` over decoded, function URLs as it was sent. */
const NOT_IN_PATH = /[^\x21-\x7e]|["#<>?\\^`{|}]|%(?![0-9A-Fa-f]{2})/gu;

/** A WHATWG request from the event, or the answer that its size, its encoding or a header earns. */
export function requestFromV2(event: HttpEventV2): Request | Response {
  try {
    const body = event.body ? Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8') : undefined;
    if (body && body.length > BODY_LIMIT_BYTES) {
      return problem({
        status: 413,
        title: 'Content Too Large',
        detail: `The body is above ${BODY_LIMIT_BYTES} bytes`,
      });
    }
    const headers = headersOf(event);
    const proto = headers.get('x-forwarded-proto') === 'http' ? 'http' : 'https';
    const host = event.requestContext.domainName ?? headers.get('host') ?? '';
    // A decoded `?` or `#` must not end the path.
    const path = event.rawPath.replaceAll(NOT_IN_PATH, encodeURIComponent);
    const url = requestUrl(proto, host, `${path}${event.rawQueryString ? `?${event.rawQueryString}` : ''}`);
    if (!url) return malformedRequest();
    const { method } = event.requestContext.http;
    return new Request(url, { method, headers, ...(body && method !== 'GET' && method !== 'HEAD' ? { body } : {}) });
  } catch {
    // What Headers, Request or encodeURIComponent refuse came from the client.
    return malformedRequest();
  }
}

/** Headers hold bytes: text beyond Latin-1 becomes its UTF-8 bytes, as a socket would have brought it. */
function headersOf(event: HttpEventV2): Headers {
  const headers = new Headers();
  const set = (name: string, value: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of Latin-1 begins at 0
    headers.set(name, /^[\u0000-\u00ff]*$/.test(value) ? value : Buffer.from(value).toString('latin1'));
  };
  for (const [name, value] of Object.entries(event.headers ?? {})) if (value !== undefined) set(name, value);
  // Format 2.0 takes cookies out of the headers.
  if (event.cookies && event.cookies.length > 0) set('cookie', event.cookies.join('; '));
  return headers;
}

/** The event's answer from a WHATWG response; each cookie apart, as format 2.0 wants them. */
export async function resultV2(response: Response): Promise<HttpResultV2> {
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) if (name !== 'set-cookie') headers[name] = value;
  const cookies = response.headers.getSetCookie();
  const bytes = response.body ? Buffer.from(await response.arrayBuffer()) : undefined;
  const isText = TEXT.test(headers['content-type'] ?? 'text/plain') && headers['content-encoding'] === undefined;
  return {
    statusCode: response.status,
    headers,
    ...(cookies.length > 0 ? { cookies } : {}),
    ...(bytes && bytes.length > 0 ? { body: bytes.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: bytes !== undefined && bytes.length > 0 && !isText,
  };
}
