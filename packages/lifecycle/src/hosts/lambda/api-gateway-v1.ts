import { headerRecord } from '../../http/light/plain-parts.ts';
import { eventBody } from './event-body.ts';
import { eventRequest } from './event-request.ts';
import { pairs } from './multi-value.ts';

/** An HTTP event of payload format 1.0: API Gateway REST APIs, and HTTP APIs that were told to. Fields as AWS documents them. */
export interface HttpEventV1 {
  resource?: string;
  path: string;
  httpMethod: string;
  headers?: Record<string, string | undefined> | null;
  multiValueHeaders?: Record<string, string[] | undefined> | null;
  queryStringParameters?: Record<string, string | undefined> | null;
  multiValueQueryStringParameters?: Record<string, string[] | undefined> | null;
  body?: string | null;
  isBase64Encoded?: boolean;
  requestContext: { domainName?: string; requestId?: string; stage?: string };
}

/** A REST API refuses an answer with any other member, `cookies` for one. */
export interface HttpResultV1 {
  statusCode: number;
  multiValueHeaders: Record<string, string[]>;
  body?: string;
  isBase64Encoded: boolean;
}

export function isHttpEventV1(event: unknown): event is HttpEventV1 {
  const candidate = event as (Partial<HttpEventV1> & { requestContext?: { elb?: unknown } }) | null; // only looked at, field by field
  return (
    typeof candidate?.httpMethod === 'string' &&
    typeof candidate.path === 'string' &&
    typeof candidate.requestContext === 'object' &&
    candidate.requestContext !== null &&
    candidate.requestContext.elb === undefined
  );
}

/** A WHATWG request from the event, or the answer that its size, its encoding or a header earns. */
export function requestFromV1(event: HttpEventV1): Request | Response {
  // Format 1.0 hands parameters over decoded.
  const query = new URLSearchParams(pairs(event.multiValueQueryStringParameters, event.queryStringParameters));
  return eventRequest({
    method: event.httpMethod,
    domainName: event.requestContext.domainName,
    path: event.path,
    query: query.toString(),
    headers: pairs(event.multiValueHeaders, event.headers),
    body: event.body,
    isBase64Encoded: event.isBase64Encoded,
  });
}

/** The event's answer from a WHATWG response. */
export async function resultV1(response: Response, body?: Buffer): Promise<HttpResultV1> {
  return {
    statusCode: response.status,
    multiValueHeaders: multiValueHeaders(response),
    ...(await eventBody(response, body)),
  };
}

/** Every header as a list; each cookie apart. */
export function multiValueHeaders(response: Response): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(headerRecord(response.headers))) headers[name] = [value];
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  return headers;
}
