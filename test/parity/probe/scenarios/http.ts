import { expect } from 'vitest';
import { createClient } from '../../client.ts';
import { fieldsOf, linesOf, logged } from '../../logged.ts';
import type { Scenario } from '../../scenario.ts';
import { TOKEN } from '../start-probe.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

export const HTTP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'a request arrives whole: method, path, query, headers, cookies, body',
    contract: {
      status: 200,
      body: {
        method: 'POST',
        path: '/echo',
        query: [
          ['a', '1'],
          ['a', '2'],
          ['ü', 'x y&z'],
        ],
        header: 'one',
        type: 'text/plain',
        cookie: 'sid=1; theme=dark',
        body: 'grüße\n',
        correlationId: 'probe-echo',
      },
    },
    run: async (app) => {
      const seen = await createClient(app).send('POST', `/echo?a=1&a=2&${encodeURIComponent('ü')}=x%20y%26z`, {
        raw: 'grüße\n',
        headers: {
          'content-type': 'text/plain',
          'x-probe': 'one',
          'x-correlation-id': 'probe-echo',
          cookie: 'sid=1; theme=dark',
        },
      });
      // Lambda adds an X-Ray header.
      const { trace: _trace, ...body } = seen.body as Record<string, unknown>;
      return { ...seen, body };
    },
  },
  {
    name: 'the trace of a request is the trace of its scope',
    contract: { body: { trace: { traceparent: TRACEPARENT, tracestate: 'vendor=1' } } },
    run: async (app) => {
      const headers = { traceparent: TRACEPARENT, tracestate: 'vendor=1', 'x-correlation-id': 'probe-trace' };
      const seen = await createClient(app).send('GET', '/echo', { headers });
      // The front of the functions adds an X-Ray header.
      const { xray: _xray, ...trace } = (seen.body as { trace: Record<string, string> }).trace;
      return { ...seen, body: { ...(seen.body as object), trace } };
    },
  },
  {
    name: 'a malformed trace is dropped',
    contract: { traceparent: null },
    run: async (app) => {
      const headers = { traceparent: '00-zero-zero-00', 'x-correlation-id': 'probe-bad-trace' };
      const { body } = await createClient(app).send('GET', '/echo', { headers });
      return { traceparent: (body as { trace: { traceparent?: string } }).trace.traceparent ?? null };
    },
  },
  {
    name: 'bytes come back as they were sent',
    contract: { status: 200, bytes: 512, same: true, type: 'application/octet-stream' },
    run: async (app) => {
      const sent = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
      const response = await fetch(`${app.url}/bytes`, { method: 'POST', body: sent });
      const got = Buffer.from(await response.arrayBuffer());
      return {
        status: response.status,
        bytes: got.length,
        same: got.equals(sent),
        type: response.headers.get('content-type'),
      };
    },
  },
  {
    name: 'a large answer is compressed for who takes it, a small one is not',
    contract: {
      large: { encoding: 'gzip', vary: 'Accept-Encoding', etag: 'W/"1"', length: 5_011 },
      small: { encoding: null, length: 21 },
      plain: { encoding: null, vary: null, etag: '"1"', length: 5_011 },
    },
    run: async (app) => {
      const ask = async (bytes: number, accept: string) => {
        const headers = { 'accept-encoding': accept, 'x-correlation-id': 'probe-gzip' };
        const response = await fetch(`${app.url}/large?bytes=${bytes}`, { headers });
        return {
          encoding: response.headers.get('content-encoding'),
          vary: response.headers.get('vary'),
          etag: response.headers.get('etag'),
          length: (await response.text()).length,
        };
      };
      return {
        large: await ask(5_000, 'gzip'),
        small: await ask(10, 'gzip'),
        plain: await ask(5_000, 'identity'),
      };
    },
  },
  {
    name: 'every cookie of an answer arrives',
    contract: { status: 204, cookies: ['a=1; Path=/', 'b=2; HttpOnly', 'c=3'] },
    run: (app) => createClient(app).send('GET', '/cookies', { headers: { 'x-correlation-id': 'probe-cookies' } }),
  },
  {
    name: 'a redirect is passed on, with the correlation id although its headers are immutable',
    contract: {
      status: 303,
      headers: { location: 'https://elsewhere.example/x', 'x-correlation-id': 'probe-redirect' },
    },
    run: (app) => createClient(app).send('GET', '/redirect', { headers: { 'x-correlation-id': 'probe-redirect' } }),
  },
  {
    name: "an app's own problem has the flow's correlation id",
    contract: {
      status: 418,
      headers: { 'content-type': 'application/problem+json' },
      body: { title: 'No coffee', detail: 'It is a teapot', correlationId: 'probe-teapot' },
    },
    run: (app) => createClient(app).send('GET', '/teapot', { headers: { 'x-correlation-id': 'probe-teapot' } }),
  },
  {
    name: 'a streamed answer arrives whole',
    contract: { status: 200, body: 'one two three' },
    run: (app) => createClient(app).send('GET', '/stream', { headers: { 'x-correlation-id': 'probe-stream' } }),
  },
  {
    name: 'a handler that returns nothing, and one that read its own answer, are a 500',
    contract: {
      nothing: { status: 500, body: { title: 'Internal Server Error' } },
      read: { status: 500, body: { title: 'Internal Server Error' } },
    },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'probe-no-answer' };
      return {
        nothing: await createClient(app).send('GET', '/nothing', { headers }),
        read: await createClient(app).send('GET', '/read', { headers }),
      };
    },
  },
  {
    name: 'what a handler throws is in the log, with its cause and without the secret, and not in the answer',
    contract: {
      answer: { status: 500 },
      level: 'ERROR',
      error: {
        name: 'Error',
        message: expect.stringMatching(/^boom \[/),
        cause: { name: 'TypeError', message: 'why' },
      },
      leaked: false,
    },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'probe-throw' };
      const answer = await createClient(app).send('GET', '/throw', { headers });
      const { error, level } = await fieldsOf(app, 'probe-throw', { component: 'http', message: 'request failed' });
      const { name, message, cause } = error as { name: string; message: string; cause: Error };
      return {
        answer,
        level,
        error: { name, message, cause: { name: cause.name, message: cause.message } },
        leaked: JSON.stringify(answer).includes(TOKEN),
      };
    },
  },
  {
    name: 'a handler hears that its time is over and answers for itself',
    contract: { status: 503, body: { bounded: true, why: 'TimeoutError' } },
    run: (app) => createClient(app).send('GET', '/waits', { headers: { 'x-correlation-id': 'probe-waits' } }),
  },
  {
    name: 'a handler that does not heed its deadline is answered for with 504',
    contract: {
      answer: { status: 504, body: { title: 'Gateway Timeout' } },
      logged: [{ level: 'INFO' }, { level: 'ERROR' }],
    },
    run: async (app) => ({
      answer: await createClient(app).send('GET', '/stuck', { headers: { 'x-correlation-id': 'probe-stuck' } }),
      logged: await logged(app, 'probe-stuck', { component: 'http', message: 'request failed' }),
    }),
  },
  {
    name: 'headers above the limit are refused',
    // A front of Lambda refuses them before the function, without a word.
    contract: 431,
    run: async (app) => {
      const { status } = await createClient(app).send('GET', '/echo', { headers: { 'x-large': 'x'.repeat(17_000) } });
      return status;
    },
  },
  {
    name: 'a HEAD request has no body',
    contract: { status: 200, body: '' },
    run: async (app) => {
      const headers = { 'x-correlation-id': 'probe-head' };
      const seen = await createClient(app).send('HEAD', '/stream', { headers });
      return { status: seen.status, body: seen.body };
    },
  },
  {
    name: 'the config is one frozen snapshot, and its secret prints as its name',
    contract: {
      body: { greeting: 'hello', each: 7, frozen: true, token: expect.stringContaining('vault.token') },
      leaked: false,
    },
    run: async (app) => {
      const seen = await createClient(app).send('GET', '/config', { headers: { 'x-correlation-id': 'probe-config' } });
      return { body: seen.body, leaked: JSON.stringify(seen).includes(TOKEN) };
    },
  },
  {
    name: 'a component has the clients that it uses, and no other',
    contract: { body: ['hits', 'jobs', 'letters', 'locks', 'news', 'parcels', 'prices', 'rows', 'steps'] },
    run: (app) => createClient(app).send('GET', '/undeclared', { headers: { 'x-correlation-id': 'probe-clients' } }),
  },
  {
    name: 'a warning carries the keys of its scope and of no other',
    contract: [1, 2, 3].map((n) => ({
      message: 'careful',
      tenant: `probe-log-${n}`,
      correlation_id: `probe-log-${n}`,
    })),
    run: async (app) => {
      const client = createClient(app);
      const ids = ['probe-log-1', 'probe-log-2', 'probe-log-3'];
      await Promise.all(ids.map((id) => client.send('GET', '/log', { headers: { 'x-correlation-id': id } })));
      const seen = [];
      for (const id of ids) {
        const lines = await linesOf(app, id, { component: 'http', message: 'request answered' });
        const fields: Record<string, unknown> = lines.find((line) => line.message === 'careful')?.fields ?? {};
        const { message, level, service, component, tenant, size, when, big, list, correlation_id } = fields;
        seen.push({ message, level, service, component, tenant, size, when, big, list, correlation_id });
      }
      return seen;
    },
  },
  {
    name: 'metrics of a request are one separate EMF object',
    contract: { namespace: 'probe-test', dimensions: { service: 'probe', plan: 'gold' }, value: [1, 2] },
    run: async (app) => {
      await createClient(app).send('GET', '/metric', { headers: { 'x-correlation-id': 'probe-metric' } });
      const lines = () =>
        app.lines().flatMap((line) => (line.includes('"Probed"') ? [JSON.parse(line) as Record<string, unknown>] : []));
      await expect.poll(() => lines().length, { timeout: 10_000 }).toBeGreaterThan(0);
      const [emf = {}] = lines();
      const { Namespace, Dimensions } = (emf._aws as { CloudWatchMetrics: Array<Record<string, unknown>> })
        .CloudWatchMetrics[0] as { Namespace: string; Dimensions: string[][] };
      return {
        namespace: Namespace,
        dimensions: Object.fromEntries((Dimensions[0] ?? []).sort().map((name) => [name, emf[name]])),
        value: emf.Probed,
      };
    },
  },
];
