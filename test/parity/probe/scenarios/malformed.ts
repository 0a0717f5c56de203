import { expect } from 'vitest';
import type { RunningApp } from '../../../support/start-app.ts';
import type { Answer, Asked, Front } from '../../fronts.ts';
import { answerOf, FRONTS } from '../../fronts.ts';
import { normalize } from '../../normalize.ts';
import { requestBytes, sendBytes } from '../../raw-http.ts';
import type { Scenario } from '../../scenario.ts';

const MEBIBYTE = 1_048_576;

const BAD_REQUEST = {
  status: 400,
  type: 'application/problem+json',
  body: {
    type: 'about:blank',
    status: 400,
    title: 'Bad Request',
    detail: 'The request target, the Host header or another header is malformed',
  },
};
const TOO_LARGE = {
  status: 413,
  type: 'application/problem+json',
  body: { status: 413, title: 'Content Too Large', detail: `The body is above ${MEBIBYTE} bytes` },
};
const HEADERS_TOO_LARGE = {
  status: 431,
  type: 'application/problem+json',
  body: { status: 431, title: 'Request Header Fields Too Large' },
};
const path = (seen: string) => ({ status: 200, body: { path: seen } });
const ask = (over: Partial<Asked>): Asked => ({ method: 'GET', path: '/path', ...over });
const bytes = (length: number) => Buffer.alloc(length, 0xff).toString('base64');

/**
 * Requests that any client can send: by a socket to a service, through each front to a function.
 */
const REQUESTS: Readonly<Record<string, readonly [asked: Asked, expected: unknown]>> = {
  'a header without a name': [ask({ headers: [['', 'x']] }), BAD_REQUEST],
  'a space in a name': [ask({ headers: [['x probe', 'x']] }), BAD_REQUEST],
  'a zero byte in a value': [ask({ headers: [['x-probe', 'a\0b']] }), BAD_REQUEST],
  'a line feed in a value': [ask({ headers: [['x-probe', 'a\nb']] }), BAD_REQUEST],
  'a header over the limit': [ask({ headers: [['x-probe', 'x'.repeat(17_000)]] }), HEADERS_TOO_LARGE],
  'a path over the limit': [ask({ path: `/path/${'x'.repeat(17_000)}` }), HEADERS_TOO_LARGE],
  'a method that is none of the web': [ask({ method: 'TRACE' }), BAD_REQUEST],
  'a path without a slash': [ask({ path: 'path' }), BAD_REQUEST],
  'a body at the limit': [
    ask({ method: 'POST', body: bytes(MEBIBYTE), isBase64Encoded: true }),
    { status: 200, body: { bytes: MEBIBYTE } },
  ],
  'a body over the limit': [ask({ method: 'POST', body: bytes(MEBIBYTE + 1), isBase64Encoded: true }), TOO_LARGE],
  'a text over the limit': [ask({ method: 'POST', body: 'ü'.repeat(MEBIBYTE / 2 + 1) }), TOO_LARGE],
  'an encoded percent sign': [ask({ path: '/path/%25zz' }), path('/path/%25zz')],
  'a percent sign that encodes nothing': [ask({ path: '/path/%zz/100%' }), path('/path/%25zz/100%25')],
  'bytes that are no UTF-8': [ask({ path: '/path/%E0%A4%A' }), path('/path/%E0%A4%25A')],
  'an encoded zero byte and line end': [ask({ path: '/path/%00%0D%0A' }), path('/path/%00%0D%0A')],
  'encoded steps upwards': [ask({ path: '/path/a/%2e%2e/%2E./b' }), path('/b')],
  'a backslash': [ask({ path: '/path\\a' }), path('/path%5Ca')],
  'a path beyond ASCII': [ask({ path: '/path/%C3%BC/%E2%82%AC' }), path('/path/%C3%BC/%E2%82%AC')],
  'a hash in path and query': [
    ask({ path: '/path/a#b', query: 'a=#c' }),
    { status: 200, body: { path: '/path/a%23b', query: [['a', '#c']] } },
  ],
  'two slashes': [ask({ path: '//path//a' }), path('//path//a')],
  'characters that a path encodes': [ask({ path: '/path/a|b<c>^`{}"' }), path('/path/a%7Cb%3Cc%3E%5E%60%7B%7D%22')],
  'a question mark in a query': [
    ask({ query: 'a=?&b=%3F%26' }),
    {
      status: 200,
      body: {
        path: '/path',
        query: [
          ['a', '?'],
          ['b', '?&'],
        ],
      },
    },
  ],
  'a percent sign in a query that encodes nothing': [
    ask({ query: 'a=%zz&b=100%' }),
    {
      status: 200,
      body: {
        query: [
          ['a', '%zz'],
          ['b', '100%'],
        ],
      },
    },
  ],
};

const forwarded = (proto: string, scheme: string): readonly [Asked, unknown] => [
  ask({ path: '/wire/scheme', headers: [['x-forwarded-proto', proto]] }),
  { status: 200, type: 'application/json', body: { scheme } },
];
/** Values of X-Forwarded-Proto: the first entry counts, in any case. */
const SCHEMES: Readonly<Record<string, readonly [asked: Asked, expected: unknown]>> = {
  https: forwarded('https', 'https:'),
  http: forwarded('http', 'http:'),
  HTTPS: forwarded('HTTPS', 'https:'),
  'https,http': forwarded('https,http', 'https:'),
  'https, http': forwarded('https, http', 'https:'),
  'HTTP, https': forwarded('HTTP, https', 'http:'),
};

const serves = { status: 200, body: { path: '/path', bytes: 0, query: [] } };

type Damage = (event: Record<string, unknown>, front: Front) => void;

/** Events that no front sends but a direct invocation can: a missing field counts as none. */
const MISSING: Readonly<Record<string, Damage>> = {
  'no headers': (event) => {
    delete event.headers;
    delete event.multiValueHeaders;
  },
  'headers of null': (event) => {
    if ('headers' in event) event.headers = null;
    if ('multiValueHeaders' in event) event.multiValueHeaders = null;
  },
  'no query': (event) => {
    for (const { query } of FRONTS) delete event[query];
    delete event.queryStringParameters;
  },
  'a query of null': (event) => {
    for (const { query } of FRONTS) if (query in event) event[query] = null;
    if ('queryStringParameters' in event) event.queryStringParameters = null;
  },
  'a body of null': (event) => {
    event.body = null;
    event.isBase64Encoded = null;
  },
  'no word of base64': (event) => {
    delete event.isBase64Encoded;
  },
};

const header =
  (value: unknown): Damage =>
  (event, front) => {
    event[front.headers] = { 'x-probe': value };
  };

/** Events that no front sends and that cannot be read. */
const DAMAGED: Readonly<Record<string, Damage>> = {
  'a header that is a number': (event, front) => header(front.multi ? [7] : 7)(event, front),
  'a header that is an object': (event, front) => header(front.multi ? [{}] : {})(event, front),
  'a header that is null': (event, front) => header(front.multi ? [null] : null)(event, front),
  'a header with the values of the other mode': (event, front) => header(front.multi ? 'abc' : ['abc'])(event, front),
  'headers that are a text': (event, front) => {
    event[front.headers] = 'x-probe: 1';
  },
  'headers that are a list': (event, front) => {
    event[front.headers] = ['x-probe'];
  },
  'a query that is a number': (event, front) => {
    event[front.query] = 7;
  },
  'a parameter that is an object': (event, front) => {
    event[front.query] = front.query === 'rawQueryString' ? {} : { a: front.multi ? [{}] : {} };
  },
  'a body that is a number': (event) => {
    event.body = 7;
  },
  'a body that is an object': (event) => {
    event.body = { a: 1 };
  },
  'a body that is a list': (event) => {
    event.body = ['a'];
  },
  'base64 that is a text': (event) => {
    event.body = 'YQ==';
    event.isBase64Encoded = 'false';
  },
  'base64 of another alphabet': (event) => {
    event.body = '@@@@';
    event.isBase64Encoded = true;
  },
  'base64 that goes on after its end': (event) => {
    event.body = 'YQ==YQ==';
    event.isBase64Encoded = true;
  },
  'base64 with a text around it': (event) => {
    event.body = 'data:text/plain;base64,YQ==';
    event.isBase64Encoded = true;
  },
};

/** Not an HTTP event: no caller waits for a response, so the invocation fails. */
const UNREADABLE: Readonly<Record<string, Damage>> = {
  'no path': (event) => {
    delete event.path;
    delete event.rawPath;
  },
  'a path that is a number': (event) => {
    for (const name of ['path', 'rawPath']) if (name in event) event[name] = 7;
  },
  'no method': (event) => {
    delete event.httpMethod;
    if ('version' in event) event.requestContext = { http: {} };
  },
  'a method that is a number': (event) => {
    if ('httpMethod' in event) event.httpMethod = 7;
    if ('version' in event) event.requestContext = { http: { method: 7 } };
  },
  'no context': (event) => {
    delete event.requestContext;
  },
};

/**
 * The function's response to each front's event: one response where all agree, else each front's.
 */
async function throughFronts(app: RunningApp, event: (front: Front) => unknown): Promise<unknown> {
  const { http } = app.launched.functions;
  if (!http) throw new Error('The app has no function for HTTP');
  const answers: Array<[string, unknown]> = [];
  for (const front of FRONTS) {
    const sent = event(front);
    if (sent === undefined) continue;
    const { payload, error } = await http.invoke(sent);
    // Each response has a different id.
    answers.push([front.name, error ? `${error.errorType}: ${error.errorMessage}` : normalize(answerOf(payload))]);
  }
  const different = new Set(answers.map(([, answer]) => JSON.stringify(answer)));
  return different.size === 1 ? answers[0]?.[1] : Object.fromEntries(answers);
}

function damaged(damage: Damage) {
  return (front: Front) => {
    const event = structuredClone(front.event(ask({ method: 'POST', query: 'a=1', body: 'a' }))) as Record<
      string,
      unknown
    >; // it has an event for that
    damage(event, front);
    return event;
  };
}

async function each<T>(cases: Readonly<Record<string, T>>, run: (one: T) => Promise<unknown>): Promise<object> {
  const seen: Array<[string, unknown]> = [];
  for (const [name, one] of Object.entries(cases)) seen.push([name, await run(one)]);
  return Object.fromEntries(seen);
}

const contractOf = (cases: object, expected: unknown) =>
  Object.fromEntries(Object.keys(cases).map((name) => [name, expected]));

export const MALFORMED_SCENARIOS: readonly Scenario[] = [
  {
    name: 'what is malformed, or odd, or too much, has one answer: from every front and on a socket',
    contract: Object.fromEntries(Object.entries(REQUESTS).map(([name, [, expected]]) => [name, expected])),
    run: (app) =>
      each(REQUESTS, ([asked]) =>
        app.host === 'service'
          ? sendBytes(app.url, requestBytes(asked))
          : throughFronts(app, (front) => front.event(asked)),
      ),
  },
  {
    name: 'the scheme of a request is the first entry of X-Forwarded-Proto, in any case',
    contract: Object.fromEntries(Object.entries(SCHEMES).map(([name, [, expected]]) => [name, expected])),
    run: (app) =>
      each(SCHEMES, ([asked]) =>
        app.host === 'service'
          ? sendBytes(app.url, requestBytes(asked))
          : throughFronts(app, (front) => front.event(asked)),
      ),
  },
  {
    name: 'what an event leaves out counts as none, as in a request that says nothing but its line',
    contract: contractOf(MISSING, serves),
    run: (app) =>
      each(MISSING, (damage) => {
        const event = (front: Front) => {
          const bare = { ...front.event(ask({})) };
          damage(bare, front);
          return bare;
        };
        return app.host === 'service'
          ? sendBytes(app.url, Buffer.from('GET /path HTTP/1.0\r\n\r\n'))
          : throughFronts(app, event);
      }),
  },
  {
    name: 'an event whose parts are of other types is what bytes that are no HTTP are to a socket',
    contract: contractOf(DAMAGED, BAD_REQUEST),
    run: (app) =>
      each(DAMAGED, (damage) =>
        app.host === 'service'
          ? sendBytes(app.url, Buffer.from('this is no HTTP\r\n\r\n'))
          : throughFronts(app, damaged(damage)),
      ),
  },
  {
    name: 'what is no HTTP event is refused by an error that says so, and the next one is answered',
    contract: { next: { status: 200 } },
    run: async (app) => {
      // An intended difference: to a service, nothing but HTTP can come.
      if (app.host !== 'service') {
        const refusal =
          "TwelvefoldError: Cannot handle the event: the component 'http' takes HTTP events: of API Gateway, a function URL or a load balancer";
        expect(await each(UNREADABLE, (damage) => throughFronts(app, damaged(damage)))).toEqual(
          contractOf(UNREADABLE, refusal),
        );
      }
      const next: Answer =
        app.host === 'service'
          ? await sendBytes(app.url, requestBytes(ask({})))
          : ((await throughFronts(app, (front) => front.event(ask({})))) as Answer); // no error: the contract says 200
      return { next };
    },
  },
];
