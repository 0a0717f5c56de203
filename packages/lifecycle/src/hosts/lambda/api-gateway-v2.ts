import { problem } from '../../http/problem.ts';
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

/** A WHATWG request from the event, or the answer that its body's size or encoding earns. */
export function requestFromV2(event: HttpEventV2): Request | Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers ?? {})) if (value !== undefined) headers.set(name, value);
  // Format 2.0 takes cookies out of the headers.
  if (event.cookies && event.cookies.length > 0) headers.set('cookie', event.cookies.join('; '));

  const host = event.requestContext.domainName ?? headers.get('host') ?? 'localhost';
  const proto = headers.get('x-forwarded-proto') === 'http' ? 'http' : 'https';
  const query = event.rawQueryString ? `?${event.rawQueryString}` : '';
  const { method } = event.requestContext.http;
  const body = event.body ? Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8') : undefined;
  if (body && body.length > BODY_LIMIT_BYTES) {
    return problem({ status: 413, title: 'Content Too Large', detail: `The body is above ${BODY_LIMIT_BYTES} bytes` });
  }
  try {
    const url = new URL(`${proto}://${host}${event.rawPath}${query}`);
    return new Request(url, { method, headers, ...(body && method !== 'GET' && method !== 'HEAD' ? { body } : {}) });
  } catch {
    return problem({ status: 400, title: 'Bad Request', detail: 'The request target or Host header is malformed' });
  }
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
