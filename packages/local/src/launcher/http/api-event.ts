import { randomBytes } from 'node:crypto';

/** API Gateway's event for a Lambda integration of an HTTP API, payload format 2.0. */
export interface ApiEvent {
  readonly version: '2.0';
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly accountId: string;
    readonly apiId: string;
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly http: {
      readonly method: string;
      readonly path: string;
      readonly protocol: string;
      readonly sourceIp: string;
      readonly userAgent: string;
    };
    readonly requestId: string;
    readonly routeKey: string;
    readonly stage: string;
    /** e.g. `21/Apr/2020:15:08:21 +0000`. */
    readonly time: string;
    readonly timeEpoch: number;
  };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** An HTTP request as it arrived. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly target: string;
  readonly httpVersion: string;
  /** Name, value, name, value... with repetitions, as Node.js has it in `rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly port: number;
  readonly nowMs: number;
  readonly traceId: string;
}

export interface ApiIdentity {
  readonly accountId: string;
  readonly apiId: string;
}

const ROUTE_KEY = '$default';
const STAGE = '$default';

/** Meant for one connection only; the gateway does not pass them on. */
export const HOP_BY_HOP: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
];

/**
 * Media types that API Gateway hands on as text; everything else, forms and bodies without a type
 * included, is base64 (observed on AWS: github.com/ministackorg/ministack/pull/766).
 */
const TEXT = /^\s*(text\/|application\/(json|xml|javascript)\s*(;|$))/i;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The event for a request.
 *
 * @throws {URIError} when the path is not percent-encoded UTF-8, which API Gateway refuses with 400
 */
export function apiEvent(request: ApiRequest, api: ApiIdentity): ApiEvent {
  const [, target = '', rawQueryString = ''] = /^([^?]*)\??(.*)$/s.exec(request.target) ?? [];
  const path = rawPath(target);
  const { headers, cookies } = readHeaders(request);
  const host = (headers.host ?? 'localhost').replace(/:\d+$/, '');
  const query = queryParameters(rawQueryString);
  return {
    version: '2.0',
    routeKey: ROUTE_KEY,
    rawPath: path,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(query ? { queryStringParameters: query } : {}),
    requestContext: {
      ...api,
      domainName: host,
      domainPrefix: host.split('.')[0] ?? host,
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: `${randomBytes(11).toString('base64url')}=`,
      routeKey: ROUTE_KEY,
      stage: STAGE,
      time: logTime(request.nowMs),
      timeEpoch: request.nowMs,
    },
    ...encodeBody(request.body, headers),
  };
}

/**
 * HTTP APIs hand the path on decoded, cut at a decoded question mark (observed on AWS:
 * github.com/hotsock/voker/pull/8).
 */
function rawPath(encoded: string): string {
  const [path = '/'] = decodeURIComponent(encoded).split('?');
  return path.startsWith('/') ? path : `/${path}`;
}

function readHeaders(request: ApiRequest): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]?.toLowerCase() ?? '';
    const value = request.rawHeaders[index + 1] ?? '';
    if (name === 'cookie')
      cookies.push(
        ...value
          .split(';')
          .map((cookie) => cookie.trim())
          .filter(Boolean),
      );
    else if (!HOP_BY_HOP.includes(name)) headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  headers['content-length'] ??= String(request.body.length);
  headers['x-amzn-trace-id'] = request.traceId;
  headers['x-forwarded-for'] = headers['x-forwarded-for']
    ? `${headers['x-forwarded-for']}, ${request.sourceIp}`
    : request.sourceIp;
  headers['x-forwarded-port'] = String(request.port);
  headers['x-forwarded-proto'] = 'http';
  return { headers, cookies };
}

function queryParameters(raw: string): Record<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(raw)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return parameters.size > 0 ? Object.fromEntries(parameters) : undefined;
}

function encodeBody(
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): Pick<ApiEvent, 'body' | 'isBase64Encoded'> {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = TEXT.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined;
  return text
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}

/** e.g. `21/Apr/2020:15:08:21 +0000`. */
export function logTime(ms: number): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date(ms).toISOString()) ?? [];
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
}
