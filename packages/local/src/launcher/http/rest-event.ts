import { randomBytes, randomUUID } from 'node:crypto';
import type { ApiIdentity, ApiRequest } from './api-event.ts';
import { HOP_BY_HOP, logTime } from './api-event.ts';

type Texts = Readonly<Record<string, string>>;
type Lists = Readonly<Record<string, readonly string[]>>;

/** API Gateway's event for a Lambda integration of a REST API, payload format 1.0. */
export interface RestEvent {
  readonly resource: string;
  /** Without the stage. */
  readonly path: string;
  readonly httpMethod: string;
  /** The last value of each; names as they were sent. */
  readonly headers: Texts;
  readonly multiValueHeaders: Lists;
  readonly queryStringParameters: Texts | null;
  readonly multiValueQueryStringParameters: Lists | null;
  readonly pathParameters: Texts | null;
  readonly stageVariables: null;
  readonly requestContext: ApiIdentity & {
    readonly domainName: string;
    readonly domainPrefix: string;
    readonly extendedRequestId: string;
    readonly httpMethod: string;
    readonly identity: { readonly sourceIp: string; readonly userAgent: string };
    /** With the stage. */
    readonly path: string;
    readonly protocol: string;
    readonly requestId: string;
    /** e.g. `21/Apr/2020:15:08:21 +0000`. */
    readonly requestTime: string;
    readonly requestTimeEpoch: number;
    readonly resourcePath: string;
    readonly stage: string;
  };
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

export interface RestApi extends ApiIdentity {
  readonly stage: string;
  /** Types of bodies that are handed on in base64; all others are taken for text. */
  readonly binaryMediaTypes: readonly string[];
}

/**
 * The event for a request, by "Input format of a Lambda function for proxy integration";
 * `undefined` for a path that is not below the stage.
 */
export function restEvent(
  request: ApiRequest,
  { accountId, apiId, stage, binaryMediaTypes }: RestApi,
): RestEvent | undefined {
  const [, whole = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(request.target) ?? [];
  if (!whole.startsWith(`/${stage}/`)) return undefined;
  const path = whole.slice(stage.length + 1);
  const multiValueHeaders = readHeaders(request);
  const headers = lastOf(multiValueHeaders);
  const header = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  const parameters = listsOf(new URLSearchParams(query));
  const host = (header('host') ?? 'localhost').replace(/:\d+$/, '');
  const resource = path === '/' ? '/' : '/{proxy+}';
  const isBinary = matches(binaryMediaTypes, header('content-type') ?? 'application/json');
  return {
    resource,
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders,
    queryStringParameters: parameters && lastOf(parameters),
    multiValueQueryStringParameters: parameters ?? null,
    pathParameters: path === '/' ? null : { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId,
      apiId,
      domainName: host,
      domainPrefix: host.split('.')[0] ?? host,
      extendedRequestId: `${randomBytes(11).toString('base64url')}=`,
      httpMethod: request.method,
      identity: { sourceIp: request.sourceIp, userAgent: header('user-agent') ?? '' },
      path: whole,
      protocol: `HTTP/${request.httpVersion}`,
      requestId: randomUUID(),
      requestTime: logTime(request.nowMs),
      requestTimeEpoch: request.nowMs,
      resourcePath: resource,
      stage,
    },
    body: request.body.length === 0 ? null : request.body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: request.body.length > 0 && isBinary,
  };
}

/** Whether a media type is one of a REST API's binary ones. */
export function matches(binaryMediaTypes: readonly string[], type: string): boolean {
  const [essence = ''] = type.toLowerCase().split(';');
  const [group] = essence.split('/');
  return ['*/*', `${group}/*`, essence.trim()].some((name) => binaryMediaTypes.includes(name));
}

function readHeaders(request: ApiRequest): Record<string, string[]> {
  const pairs: Array<readonly [string, string]> = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (!HOP_BY_HOP.includes(name.toLowerCase())) pairs.push([name, request.rawHeaders[index + 1] ?? '']);
  }
  const before = pairs.flatMap(([name, value]) => (name.toLowerCase() === 'x-forwarded-for' ? [value] : []));
  const added: ReadonlyArray<readonly [string, string]> = [
    ['X-Amzn-Trace-Id', request.traceId],
    ['X-Forwarded-For', [...before, request.sourceIp].join(', ')],
    ['X-Forwarded-Port', String(request.port)],
    ['X-Forwarded-Proto', 'http'],
  ];
  const isAdded = (name: string) => added.some(([other]) => other.toLowerCase() === name.toLowerCase());
  return listsOf([...pairs.filter(([name]) => !isAdded(name)), ...added]) ?? {};
}

function listsOf(pairs: Iterable<readonly [string, string]>): Record<string, string[]> | null {
  const lists = new Map<string, string[]>();
  for (const [name, value] of pairs) lists.set(name, [...(lists.get(name) ?? []), value]);
  return lists.size > 0 ? Object.fromEntries(lists) : null;
}

function lastOf(lists: Lists): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? '']));
}
