import { hash } from 'node:crypto';
import { inspect } from 'node:util';
import { problem } from 'twelvefold';
import { app, News, Step } from '../app.ts';
import { ledger } from '../ledger.ts';
import type { Letter } from '../mailbox.ts';
import { INSTANCE, knock } from './knock.ts';
import { STATE_ROUTES, stateUses } from './state-routes.ts';
import { untilOpen } from './until-open.ts';
import { WIRE_ROUTES } from './wire-routes.ts';

const uses = {
  config: ['greeting', 'limits', 'vault'],
  jobs: ['send'],
  steps: ['send'],
  news: ['publish'],
  rows: ['read', 'write'],
  hits: ['increment'],
  prices: ['load', 'delete'],
  letters: ['drop'],
  ...stateUses,
} as const;

type Handler = Parameters<typeof app.http<typeof uses>>[1];
type Route = (request: Request, ctx: Parameters<Handler>[1], url: URL) => Response | Promise<Response>;

const json = (value: unknown, init?: ResponseInit) => Response.json(value, init);

const ROUTES: Readonly<Record<string, Route>> = {
  '/echo': async (request, { correlationId, scope }, url) =>
    json({
      method: request.method,
      path: url.pathname,
      query: [...url.searchParams],
      header: request.headers.get('x-probe'),
      type: request.headers.get('content-type'),
      cookie: request.headers.get('cookie'),
      body: request.method === 'GET' ? '' : await request.text(),
      correlationId,
      trace: scope.trace,
    }),
  '/bytes': async (request) =>
    new Response(await request.arrayBuffer(), { headers: { 'content-type': 'application/octet-stream' } }),
  '/path': async (request, _ctx, url) =>
    json({ path: url.pathname, query: [...url.searchParams], bytes: (await request.arrayBuffer()).byteLength }),
  '/large': (_request, _ctx, url) =>
    json({ text: 'x'.repeat(Number(url.searchParams.get('bytes'))) }, { headers: { etag: '"1"' } }),
  '/cookies': () => {
    const response = new Response(null, { status: 204 });
    for (const cookie of ['a=1; Path=/', 'b=2; HttpOnly', 'c=3']) response.headers.append('set-cookie', cookie);
    return response;
  },
  '/redirect': () => Response.redirect('https://elsewhere.example/x', 303),
  '/teapot': () => problem({ status: 418, title: 'No coffee', detail: 'It is a teapot' }),
  '/stream': () =>
    new Response(
      new ReadableStream({
        start: async (controller) => {
          for (const part of ['one ', 'two ', 'three']) controller.enqueue(new TextEncoder().encode(part));
          controller.close();
        },
      }),
      { headers: { 'content-type': 'text/plain' } },
    ),
  '/broken-stream': () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.error(new Error('the body broke')),
      }),
      { headers: { 'content-type': 'text/plain' } },
    ),
  '/throw': (_request, { config }) => {
    throw new Error(`boom ${config.vault.token.reveal()}`, { cause: new TypeError('why') });
  },
  '/nothing': () => undefined as never, // a handler that forgets its return, whatever its type says
  '/read': async () => {
    const response = new Response('read');
    await response.text();
    return response;
  },
  '/config': (_request, { config }) =>
    json({
      greeting: config.greeting,
      each: config.limits.each,
      token: `${config.vault.token}`,
      inspected: inspect(config.vault),
      frozen: Object.isFrozen(config) && Object.isFrozen(config.limits),
    }),
  '/log': (_request, { logger, correlationId }) => {
    logger.appendKeys({ tenant: correlationId });
    logger.warn('careful', { size: 12, when: new Date(0), big: 12n, list: [1, undefined, null] });
    return new Response(null, { status: 204 });
  },
  '/metric': (_request, { metrics }) => {
    metrics.addDimension('plan', 'gold');
    metrics.addMetric('Probed', 'Count', 1);
    metrics.addMetric('Probed', 'Count', 2);
    return new Response(null, { status: 204 });
  },
  '/waits': (_request, { signal, deadline }) => {
    const left = deadline.remainingMs();
    return new Promise((resolve) => {
      signal.addEventListener('abort', () =>
        resolve(json({ bounded: left <= 4_000, why: signal.reason?.name }, { status: 503 })),
      );
    });
  },
  '/vault': (_request, { config }) =>
    json({ fingerprint: hash('sha256', config.vault.token.reveal()).slice(0, 8), instance: INSTANCE }),
  '/door': async (_request, ctx, url) => {
    const { opened, knocks } = await knock(ctx, url.searchParams.get('at') ?? '');
    return json({ knocks, instance: INSTANCE }, { status: opened ? 200 : 502 });
  },
  '/hold': async (_request, { backing, logger, signal }, url) => {
    logger.info('holding');
    await untilOpen(backing.rows, url.searchParams.get('gate') ?? '', signal);
    return json({ held: true });
  },
  '/ledger': async (_request, { backing, logger, signal }, url) => {
    const before = ledger.limit();
    logger.info('holding');
    await untilOpen(backing.rows, url.searchParams.get('gate') ?? '', signal);
    return json({ before, after: ledger.limit() });
  },
  '/heedless': async (_request, { backing, logger }, url) => {
    logger.info('holding');
    const gate = url.searchParams.get('gate') ?? '';
    await untilOpen(backing.rows, gate, new AbortController().signal); // not the request's
    await backing.rows.update(gate, { add: { effects: 1 } });
    return json({ held: true });
  },
  '/stray': () => {
    setTimeout(() => void Promise.reject(new Error('unhandled rejection')), 100);
    return new Response(null, { status: 202 });
  },
  '/stuck': (_request, { logger }) => {
    logger.info('holding');
    return new Promise(() => undefined);
  },
  '/jobs': async (request, { backing, signal }) => {
    // The queue's schema judges it.
    const { messageId } = await backing.jobs.send((await request.json()) as never, { signal });
    return json({ sent: messageId.length > 0 }, { status: 202 });
  },
  '/jobs/many': async (request, { backing, signal }) => {
    const sent = await backing.jobs.sendAll((await request.json()) as never, { signal }); // the queue's schema judges
    return json(
      sent.map(({ ok }) => ok),
      { status: 202 },
    );
  },
  '/steps': async (request, { backing, signal }) => {
    const steps = (await request.json()) as unknown[];
    const sent = await backing.steps.sendAll(
      steps.map((step) => Step.parse(step)),
      { signal },
    );
    return json(
      sent.map(({ ok }) => ok),
      { status: 202 },
    );
  },
  '/news': async (request, { backing, signal }) => {
    await backing.news.publish(News.parse(await request.json()), { signal });
    return new Response(null, { status: 202 });
  },
  '/rows': async (_request, { backing, signal }, url) => {
    const row = await backing.rows.get(url.searchParams.get('id') ?? '', { consistent: true, signal });
    return row ? json(row) : problem({ status: 404, title: 'No such row' });
  },
  '/cached': async (_request, { backing: { prices } }, url) => {
    const key = url.searchParams.get('key') ?? '';
    const loads: string[] = [];
    const load = async (of: string, cents: number | undefined) => {
      loads.push(of);
      return cents === undefined ? undefined : { cents };
    };
    const together = Array.from({ length: 5 }, () => prices.getOrLoad(key, () => load('price', 5)));
    const values = await Promise.all(together);
    const none = [
      await prices.getOrLoad(`${key}-none`, () => load('none', undefined)),
      await prices.getOrLoad(`${key}-none`, () => load('none', undefined)),
    ];
    await prices.delete(key);
    const after = await prices.getOrLoad(key, () => load('price', 6));
    return json({ values, none: none.map((value) => value === undefined), after, loads, methods: Object.keys(prices) });
  },
  '/hits': async (_request, { backing }) =>
    json({ count: await backing.hits.increment(), methods: Object.keys(backing.hits) }),
  '/letters': async (request, { backing }) => {
    await backing.letters.drop((await request.json()) as Letter); // sent by the scenario
    return json({ methods: Object.keys(backing.letters) }, { status: 202 });
  },
  '/undeclared': (_request, { backing }) => json(Object.keys(backing).sort()),
};

export const http = app.http({ uses, timeout: '4s' }, (request, ctx) => {
  const url = new URL(request.url);
  const wire = WIRE_ROUTES[url.pathname];
  if (wire) return wire(request, ctx);
  const state = STATE_ROUTES[url.pathname];
  if (state) return state(request, ctx, url);
  const route = ROUTES[url.pathname] ?? (/^\/{1,2}(path|b$)/.test(url.pathname) ? ROUTES['/path'] : undefined);
  return route ? route(request, ctx, url) : problem({ status: 404, title: 'Not Found' });
});
