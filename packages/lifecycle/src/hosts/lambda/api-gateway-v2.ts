import type { EventFormat, Pair } from './event-fields.ts';
import { pairs } from './event-fields.ts';
import type { EventAnswer } from './event-result.ts';

/**
 * An HTTP event of payload format 2.0: API Gateway HTTP APIs and function URLs. Fields as AWS
 * documents them.
 */
export interface HttpEventV2 {
  version: '2.0';
  rawPath: string;
  rawQueryString: string;
  headers: Record<string, string | undefined>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
  requestContext: {
    domainName?: string;
    requestId?: string;
    stage?: string;
    http: { method: string; sourceIp?: string };
    authorizer?: {
      jwt?: { claims?: Record<string, unknown> };
      lambda?: Record<string, unknown> | null;
      iam?: Record<string, unknown>;
    };
  };
}

export interface HttpResultV2 {
  statusCode: number;
  headers: Record<string, string>;
  cookies?: string[];
  body?: string;
  isBase64Encoded: boolean;
}

/**
 * The endpoint that API Gateway gives an API; its paths begin with the stage, those of a custom
 * domain do not.
 */
const DEFAULT_ENDPOINT = /\.execute-api\./;

export const apiGatewayV2: EventFormat<HttpEventV2, HttpResultV2> = {
  limitBytes: 6_291_456, // Lambda's limit for the payload of a synchronous invocation

  matches(event): event is HttpEventV2 {
    const candidate = event as Partial<HttpEventV2> | null; // only looked at, field by field
    return (
      candidate?.version === '2.0' &&
      typeof candidate.rawPath === 'string' &&
      typeof candidate.requestContext?.http?.method === 'string'
    );
  },

  fields(event) {
    const { http, domainName } = event.requestContext;
    return {
      method: http.method,
      domainName,
      path: pathOf(event),
      // Gateways always send it; events that are written by hand often do not have it.
      query: event.rawQueryString ?? '',
      headers: headersOf(event),
      body: event.body,
      isBase64Encoded: event.isBase64Encoded,
    };
  },

  context({ requestContext: { http, stage, authorizer } }) {
    return {
      sourceAddress: http.sourceIp,
      claims: authorizer?.jwt?.claims ?? authorizer?.lambda ?? authorizer?.iam,
      stage,
    };
  },

  result({ status, headers, cookies, body }: EventAnswer) {
    return { statusCode: status, headers, ...(cookies.length > 0 ? { cookies: [...cookies] } : {}), ...body };
  },
};

/**
 * The path without the stage that the default endpoint puts before it. `$default` is not a part of
 * the path.
 */
function pathOf({ rawPath, requestContext: { stage, domainName } }: HttpEventV2): string {
  if (stage === undefined || stage === '$default' || !DEFAULT_ENDPOINT.test(domainName ?? '')) return rawPath;
  const rest = rawPath.slice(stage.length + 1);
  if (!rawPath.startsWith(`/${stage}`) || (rest !== '' && !rest.startsWith('/'))) return rawPath;
  return rest === '' ? '/' : rest;
}

function headersOf(event: HttpEventV2): Pair[] {
  const headers = pairs(undefined, event.headers);
  // Format 2.0 takes cookies out of the headers.
  if (event.cookies) {
    if (!Array.isArray(event.cookies) || !event.cookies.every((cookie) => typeof cookie === 'string')) {
      throw new TypeError('The cookies are not a list of strings');
    }
    if (event.cookies.length > 0) headers.push(['cookie', event.cookies.join('; ')]);
  }
  return headers;
}
