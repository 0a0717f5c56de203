import { headerRecord } from '../../http/light/plain-parts.ts';
import { eventBody } from './event-body.ts';
import { eventRequest } from './event-request.ts';
import type { Pair } from './multi-value.ts';
import { pairs } from './multi-value.ts';

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

export function isHttpEventV2(event: unknown): event is HttpEventV2 {
  const candidate = event as Partial<HttpEventV2> | null; // only looked at, field by field
  return (
    candidate?.version === '2.0' &&
    typeof candidate.rawPath === 'string' &&
    typeof candidate.requestContext?.http?.method === 'string'
  );
}

/** A WHATWG request from the event, or the answer that its size, its encoding or a header earns. */
export function requestFromV2(event: HttpEventV2): Request | Response {
  return eventRequest({
    method: event.requestContext.http.method,
    domainName: event.requestContext.domainName,
    path: event.rawPath,
    // Gateways always send it; events that are written by hand often do not have it.
    query: event.rawQueryString ?? '',
    headers: headersOf(event),
    body: event.body,
    isBase64Encoded: event.isBase64Encoded,
  });
}

function headersOf(event: HttpEventV2): Pair[] {
  const headers = pairs(undefined, event.headers);
  // Format 2.0 takes cookies out of the headers.
  if (event.cookies) {
    if (!Array.isArray(event.cookies) || !event.cookies.every((cookie) => typeof cookie === 'string')) {
      throw new TypeError('The cookies are no list of strings');
    }
    if (event.cookies.length > 0) headers.push(['cookie', event.cookies.join('; ')]);
  }
  return headers;
}

/** The event's answer from a WHATWG response; each cookie apart, as format 2.0 wants them. */
export async function resultV2(response: Response, body?: Buffer): Promise<HttpResultV2> {
  const headers = headerRecord(response.headers);
  const cookies = response.headers.getSetCookie();
  return {
    statusCode: response.status,
    headers,
    ...(cookies.length > 0 ? { cookies } : {}),
    ...(await eventBody(response, body)),
  };
}
