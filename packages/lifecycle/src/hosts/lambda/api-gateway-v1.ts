import type { EventFormat } from './event-fields.ts';
import { pairs } from './event-fields.ts';
import type { EventAnswer } from './event-result.ts';

/**
 * An HTTP event of payload format 1.0: API Gateway REST APIs, and HTTP APIs that are set to it.
 * Fields as AWS documents them.
 */
export interface HttpEventV1 {
  resource?: string;
  /** Without the stage; with the base path of a custom domain. */
  path: string;
  httpMethod: string;
  headers?: Record<string, string | undefined> | null;
  multiValueHeaders?: Record<string, string[] | undefined> | null;
  queryStringParameters?: Record<string, string | undefined> | null;
  multiValueQueryStringParameters?: Record<string, string[] | undefined> | null;
  body?: string | null;
  isBase64Encoded?: boolean;
  requestContext: {
    domainName?: string;
    requestId?: string;
    stage?: string;
    identity?: { sourceIp?: string };
    authorizer?: Record<string, unknown> | null;
  };
}

/** A REST API refuses an answer with any other member, `cookies` for one. */
export interface HttpResultV1 {
  statusCode: number;
  multiValueHeaders: Record<string, string[]>;
  body?: string;
  isBase64Encoded: boolean;
}

export const apiGatewayV1: EventFormat<HttpEventV1, HttpResultV1> = {
  limitBytes: 6_291_456, // Lambda's limit for the payload of a synchronous invocation

  matches(event): event is HttpEventV1 {
    const candidate = event as (Partial<HttpEventV1> & { requestContext?: { elb?: unknown } }) | null; // only looked at, field by field
    return (
      typeof candidate?.httpMethod === 'string' &&
      typeof candidate.path === 'string' &&
      typeof candidate.requestContext === 'object' &&
      candidate.requestContext !== null &&
      candidate.requestContext.elb === undefined
    );
  },

  fields(event) {
    // Format 1.0 hands parameters over decoded.
    const query = new URLSearchParams(pairs(event.multiValueQueryStringParameters, event.queryStringParameters));
    return {
      method: event.httpMethod,
      domainName: event.requestContext.domainName,
      path: event.path,
      query: query.toString(),
      headers: pairs(event.multiValueHeaders, event.headers),
      body: event.body,
      isBase64Encoded: event.isBase64Encoded,
    };
  },

  context({ requestContext: { stage, identity, authorizer } }) {
    const claims = authorizer?.claims; // of Cognito, and of a JWT authorizer; a Lambda authorizer's context has no such field
    return {
      sourceAddress: identity?.sourceIp,
      claims: (typeof claims === 'object' && claims !== null ? claims : (authorizer ?? undefined)) as
        | Record<string, unknown>
        | undefined, // an object, as just seen
      stage,
    };
  },

  result({ status, headers, cookies, body }: EventAnswer) {
    return { statusCode: status, multiValueHeaders: inLists(headers, cookies), ...body };
  },
};

/** Every header as a list; each cookie by itself. */
export function inLists(
  headers: Readonly<Record<string, string>>,
  cookies: readonly string[],
): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const name in headers) lists[name] = [headers[name] ?? ''];
  if (cookies.length > 0) lists['set-cookie'] = [...cookies];
  return lists;
}
