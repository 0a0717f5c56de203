import { inLists } from './api-gateway-v1.ts';
import type { EventFormat } from './event-fields.ts';
import { headerOf, pairs } from './event-fields.ts';
import type { EventAnswer } from './event-result.ts';

/**
 * An event of an Application Load Balancer. Multi-value mode is an attribute of the target group,
 * seen by the event's shape.
 */
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

export const alb: EventFormat<AlbEvent, AlbResult> = {
  limitBytes: 1_048_576, // a load balancer's limit for the answer of a Lambda target

  matches(event): event is AlbEvent {
    const candidate = event as Partial<AlbEvent> | null; // only looked at, field by field
    return (
      typeof candidate?.httpMethod === 'string' &&
      typeof candidate.path === 'string' &&
      typeof candidate.requestContext?.elb === 'object'
    );
  },

  fields(event) {
    return {
      method: event.httpMethod,
      path: event.path,
      // A load balancer hands parameters over as they were sent: still encoded.
      query: pairs(event.multiValueQueryStringParameters, event.queryStringParameters)
        .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
        .join('&'),
      headers: pairs(event.multiValueHeaders, event.headers),
      body: event.body,
      isBase64Encoded: event.isBase64Encoded,
    };
  },

  context(event) {
    // The load balancer appends the address of its client; what stands before it was sent by the
    // client.
    const appended = headerOf(pairs(event.multiValueHeaders, event.headers), 'x-forwarded-for');
    return { sourceAddress: appended?.split(',').at(-1)?.trim(), claims: undefined, stage: undefined };
  },

  result({ status, headers, cookies, body }: EventAnswer, event) {
    const shown = event.multiValueHeaders
      ? { multiValueHeaders: inLists(headers, cookies) }
      : { headers: withCookies(headers, cookies) };
    return { statusCode: status, ...shown, ...body };
  },
};

/**
 * One value per name. Several cookies go under names that differ only in case: to a client they are
 * one name, and it is the only way to send them without multi-value mode.
 */
function withCookies(headers: Record<string, string>, cookies: readonly string[]): Record<string, string> {
  cookies.forEach((cookie, index) => {
    headers[inCase('set-cookie', index)] = cookie;
  });
  return headers;
}

/** The name in its n-th pattern of upper and lower case: 512 for `set-cookie`. */
function inCase(name: string, pattern: number): string {
  let bit = 0;
  return name.replaceAll(/[a-z]/g, (letter) => ((pattern >> bit++) & 1 ? letter.toUpperCase() : letter));
}
