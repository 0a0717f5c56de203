/** A request as its sender wrote it: what every front makes an event of. */
export interface Asked {
  readonly method: string;
  /** As it was sent: percent-encoded, or not. */
  readonly path: string;
  readonly query?: string;
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** A front of Lambda, with the names of what its events hold. */
export interface Front {
  readonly name: string;
  /** `undefined` where the front refuses the request by itself. */
  event(asked: Asked): Json | undefined;
  /** Where headers are; each value is a list there. */
  readonly headers: 'headers' | 'multiValueHeaders';
  readonly multi: boolean;
  readonly query: string;
}

const ELB = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/probe/1' } };

const last = (pairs: Iterable<readonly [string, string]>) => Object.fromEntries(pairs);
function every(pairs: Iterable<readonly [string, string]>): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of pairs) lists[name] = [...(lists[name] ?? []), value];
  return lists;
}
const content = ({ body, isBase64Encoded = false }: Asked) => ({
  ...(body === undefined ? {} : { body }),
  isBase64Encoded,
});
const asSent = (query = '') =>
  query
    .split('&')
    .filter(Boolean)
    .map((part): [string, string] => {
      const [name = '', ...value] = part.split('=');
      return [name, value.join('=')];
    });

function v2(asked: Asked, rawPath: string, domainName: string): Json {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: asked.query ?? '',
    headers: last(asked.headers ?? []),
    requestContext: { domainName, requestId: 'r', http: { method: asked.method, path: rawPath } },
    ...content(asked),
  };
}

/** The fronts that send a function HTTP events, each with what it does to a request. */
export const FRONTS: readonly Front[] = [
  {
    name: 'REST API',
    headers: 'multiValueHeaders',
    multi: true,
    query: 'multiValueQueryStringParameters',
    event: (asked) => ({
      resource: '/{proxy+}',
      path: asked.path,
      httpMethod: asked.method,
      headers: last(asked.headers ?? []),
      multiValueHeaders: every(asked.headers ?? []),
      queryStringParameters: last(new URLSearchParams(asked.query)),
      multiValueQueryStringParameters: every(new URLSearchParams(asked.query)),
      requestContext: { domainName: 'api.example', requestId: 'r', stage: 'dev' },
      ...content(asked),
    }),
  },
  {
    name: 'HTTP API',
    headers: 'headers',
    multi: false,
    query: 'rawQueryString',
    // It hands the path over decoded, and refuses one that cannot be.
    event: (asked) => {
      try {
        return v2(asked, decodeURIComponent(asked.path), 'api.example');
      } catch {
        return undefined;
      }
    },
  },
  {
    name: 'function URL',
    headers: 'headers',
    multi: false,
    query: 'rawQueryString',
    event: (asked) => v2(asked, asked.path, 'probe.lambda-url.eu-west-1.on.aws'),
  },
  {
    name: 'load balancer',
    headers: 'headers',
    multi: false,
    query: 'queryStringParameters',
    event: (asked) => ({
      requestContext: ELB,
      httpMethod: asked.method,
      path: asked.path,
      headers: last(asked.headers ?? []),
      queryStringParameters: last(asSent(asked.query)),
      ...content(asked),
    }),
  },
  {
    name: 'load balancer with several values',
    headers: 'multiValueHeaders',
    multi: true,
    query: 'multiValueQueryStringParameters',
    event: (asked) => ({
      requestContext: ELB,
      httpMethod: asked.method,
      path: asked.path,
      multiValueHeaders: every(asked.headers ?? []),
      multiValueQueryStringParameters: every(asSent(asked.query)),
      ...content(asked),
    }),
  },
];

/** The parts of a response that a caller sees, in every front's format. */
export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

/** The answer that a front would make of a function's result. */
export function answerOf(result: unknown): Answer {
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = result as {
    statusCode: number;
    headers?: Record<string, string>;
    multiValueHeaders?: Record<string, string[]>;
    body?: string;
    isBase64Encoded: boolean;
  }; // what our adapters answer; the fuzz suite holds them to it
  const type = headers?.['content-type'] ?? multiValueHeaders?.['content-type']?.[0] ?? null;
  const text = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8').toString('utf8');
  return { status: statusCode, type, body: type?.includes('json') ? JSON.parse(text) : text };
}
