import { headerRecord } from '../../http/light/plain-parts.ts';
import { multiValueHeaders } from './api-gateway-v1.ts';
import { eventBody } from './event-body.ts';
import { eventRequest } from './event-request.ts';
import { pairs } from './multi-value.ts';

/** An event of an Application Load Balancer. Multi-value mode is an attribute of the target group: the event's shape tells it. */
export interface AlbEvent {
  requestContext: { elb: { targetGroupArn: string } };
  httpMethod: string;
  path: string;
  headers?: Record<string, string | undefined>;
  multiValueHeaders?: Record<string, string[] | undefined>;
  queryStringParameters?: Record<string, string | undefined>;
  multiValueQueryStringParameters?: Record<string, string[] | undefined>;
  body?: string | null;
  isBase64Encoded?: boolean;
}

/** Headers in the shape that the event had; a load balancer reads no other. */
export type AlbResult = {
  statusCode: number;
  body?: string;
  isBase64Encoded: boolean;
} & ({ headers: Record<string, string> } | { multiValueHeaders: Record<string, string[]> });

export function isAlbEvent(event: unknown): event is AlbEvent {
  const candidate = event as Partial<AlbEvent> | null; // only looked at, field by field
  return (
    typeof candidate?.httpMethod === 'string' &&
    typeof candidate.path === 'string' &&
    typeof candidate.requestContext?.elb === 'object'
  );
}

/** A WHATWG request from the event, or the answer that its size, its encoding or a header earns. */
export function requestFromAlb(event: AlbEvent): Request | Response {
  return eventRequest({
    method: event.httpMethod,
    path: event.path,
    // A load balancer hands parameters over as they were sent: still encoded.
    query: pairs(event.multiValueQueryStringParameters, event.queryStringParameters)
      .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
      .join('&'),
    headers: pairs(event.multiValueHeaders, event.headers),
    body: event.body,
    isBase64Encoded: event.isBase64Encoded,
  });
}

/** The event's answer from a WHATWG response. */
export async function resultAlb(event: AlbEvent, response: Response, body?: Buffer): Promise<AlbResult> {
  return {
    statusCode: response.status,
    ...(event.multiValueHeaders
      ? { multiValueHeaders: multiValueHeaders(response) }
      : { headers: singleValueHeaders(response) }),
    ...(await eventBody(response, body)),
  };
}

/**
 * One value per name. Several cookies go under names that differ in case alone: to a client they are one name, and the only way
 * to send them without multi-value mode.
 */
function singleValueHeaders(response: Response): Record<string, string> {
  const headers = headerRecord(response.headers);
  response.headers.getSetCookie().forEach((cookie, index) => {
    headers[inCase('set-cookie', index)] = cookie;
  });
  return headers;
}

/** The name in its n-th pattern of upper and lower case: 512 for `set-cookie`. */
function inCase(name: string, pattern: number): string {
  let bit = 0;
  return name.replaceAll(/[a-z]/g, (letter) => ((pattern >> bit++) & 1 ? letter.toUpperCase() : letter));
}
