import { systemClock, TwelvefoldError } from '@twelvefold/core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import { createSessions } from '../create-sessions.ts';
import { memorySessionDriver } from '../drivers/memory.ts';
import { sessionStore } from '../session-store.ts';
import type { RequestSession } from './web-sessions.ts';
import { webSessions } from './web-sessions.ts';
import type { WebRequest, WebSessionsOptions } from './web-sessions-options.ts';

const definition = sessionStore('sessions', { schema: z.object({ cart: z.array(z.string()) }) });
const KEYS = { old: 'o'.repeat(32), next: 'n'.repeat(32) };

/** A browser with one site: it keeps cookies and sends what browsers send. */
function setup(options: WebSessionsOptions = {}, around: Partial<WebRequest<never>> = {}) {
  let shiftMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + shiftMs };
  const shift = (ms: number) => {
    shiftMs += ms;
  };
  const store = createSessions({ definition, driver: memorySessionDriver({ clock }), clock });
  const web = webSessions({ clock, ...options });
  const warnings: string[] = [];
  type Current = RequestSession<typeof store>;
  const send = async (
    handler: (current: Current) => Response | Promise<Response> = () => new Response('ok'),
    { method = 'GET', url = 'https://shop.example/x', cookie, headers = {}, ...more }: Sent = {},
  ) => {
    const all = { 'sec-fetch-site': 'same-origin', ...(cookie === undefined ? {} : { cookie }), ...headers };
    const request = new Request(url, {
      method,
      headers: Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    });
    const warn = (message: string) => warnings.push(message);
    const response = await web.handle(request, { sessions: store, warn, ...around, ...more }, handler);
    const [set] = response.headers.getSetCookie();
    const token = response.headers.get('x-csrf-token') ?? undefined;
    return { status: response.status, body: await response.text(), set, cookie: set?.split(';')[0], token };
  };
  const logIn = async (userId = 'ada', cookie?: string) =>
    (
      await send((current) => current.logIn(userId, { cart: [] }).then(() => new Response()), {
        method: 'POST',
        cookie,
      })
    ).cookie ?? '';
  return { shift, store, send, logIn, warnings };
}

interface Sent extends Partial<Pick<WebRequest<never>, 'http' | 'keys'>> {
  method?: string;
  url?: string;
  cookie?: string | undefined;
  headers?: Record<string, string | undefined>;
}

const state = ({ session, ended }: { session: unknown; ended: { reason: string } | undefined }) =>
  new Response(session ? 'live' : (ended?.reason ?? 'none'));

describe('the cookie', () => {
  it('is for one host, over TLS, hidden from scripts and from other sites', async () => {
    const { send } = setup();
    const { set } = await send((current) => current.create({ cart: [] }).then(() => new Response()), {
      method: 'POST',
    });
    expect(set).toMatch(/^__Host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  });

  it('may be strict, shared with subdomains, and kept', async () => {
    const { send } = setup({ cookie: { name: 'sid', sameSite: 'Strict', domain: 'shop.example', maxAge: '12h' } });
    const { set } = await send((current) => current.create({ cart: [] }).then(() => new Response()), {
      method: 'POST',
    });
    expect(set).toMatch(
      /^__Secure-sid=[\w-]{43}; Path=\/; Domain=shop.example; HttpOnly; SameSite=Strict; Secure; Max-Age=43200$/,
    );
  });

  it('leaves Secure out on a loopback listener with the host localhost only, and warns once', async () => {
    const { send, warnings } = setup();
    const create = (sent: Sent) =>
      send((current) => current.create({ cart: [] }).then(() => new Response()), { method: 'POST', ...sent });
    const http = { isLoopback: true };
    expect((await create({ url: 'http://localhost:8080/', http })).set).toMatch(
      /^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect((await create({ url: 'http://app.localhost/', http })).set).toMatch(/^session=/);
    expect(warnings).toEqual([
      'Session cookies are sent without Secure: the listener is on loopback, and the host is localhost',
    ]);
    for (const sent of [
      { url: 'http://localhost/' },
      { url: 'http://127.0.0.1/', http },
      { url: 'http://shop.example/', http },
    ]) {
      expect((await create(sent)).set).toMatch(/^__Host-session=.*; Secure$/);
    }
  });

  it('is refused when there are two of it', async () => {
    const { send, logIn } = setup();
    const cookie = await logIn();
    expect((await send(state, { cookie })).body).toBe('live');
    expect((await send(state, { cookie: `${cookie}; __Host-session=${'A'.repeat(43)}` })).body).toBe('duplicate');
    expect((await send(state, { cookie: `session=x; ${cookie}` })).body).toBe('live');
  });

  it('is signed by the first key, and signed again when an older key signed it', async () => {
    const { send } = setup();
    const keys = { one: [KEYS.old], both: [KEYS.next, { reveal: () => KEYS.old }], next: [KEYS.next] };
    const made = await send((current) => current.create({ cart: [] }).then(() => new Response()), {
      method: 'POST',
      keys: keys.one,
    });
    expect(made.cookie).toMatch(/^__Host-session=[\w-]{43}\.[\w-]{43}$/);
    expect((await send(state, { cookie: made.cookie, keys: keys.next })).body).toBe('forged');
    const again = await send(state, { cookie: made.cookie, keys: keys.both });
    expect([again.body, (await send(state, { cookie: again.cookie, keys: keys.next })).body]).toEqual(['live', 'live']);
    expect((await send(state, { cookie: again.cookie, keys: keys.both })).set).toBeUndefined();
    await expect(send(state, { keys: ['short'] })).rejects.toThrow('keys[0] has less than 32 bytes');
  });
});

describe('log-in and log-out', () => {
  it('end the session from before, which gets the reason and no cookie', async () => {
    const { send, logIn } = setup();
    const visitor = (
      await send((current) => current.create({ cart: ['a'] }).then(() => new Response()), { method: 'POST' })
    ).cookie;
    const ada = await logIn('ada', visitor);
    expect(await send(state, { cookie: visitor })).toMatchObject({ body: 'regenerated', set: undefined });
    const bob = await logIn('bob', ada);
    expect(await send(state, { cookie: ada })).toMatchObject({ body: 'regenerated', set: undefined });
    const out = await send((current) => current.end('logged out').then(() => state(current)), {
      method: 'POST',
      cookie: bob,
    });
    expect(out).toMatchObject({
      body: 'ended',
      set: '__Host-session=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
    });
    expect(await send(state, { cookie: bob })).toMatchObject({ body: 'ended', set: undefined });
  });

  it('set the cookie on a response whose headers cannot be changed', async () => {
    const { send } = setup();
    const answer = await send(
      (current) => current.create({ cart: [] }).then(() => Response.redirect('https://shop.example/')),
      { method: 'POST' },
    );
    expect([answer.status, answer.cookie !== undefined]).toEqual([302, true]);
  });

  it('rotate an id in use after the time that is set, not that of a request from before', async () => {
    const { send, logIn, shift } = setup({ rotateAfter: '15m' });
    const cookie = await logIn();
    expect((await send(state, { cookie })).set).toBeUndefined();
    shift(16 * 60_000);
    const [one, two] = await Promise.all([send(state, { cookie }), send(state, { cookie })]);
    expect([one.body, two.body]).toEqual(['live', 'live']);
    expect([one.set, two.set].filter((set) => set !== undefined)).toHaveLength(1);
  });
});

describe('a change from another site', () => {
  const cases: ReadonlyArray<[string, Sent['headers'], boolean, number]> = [
    ['the site itself', { 'sec-fetch-site': 'same-origin' }, true, 200],
    ['the user', { 'sec-fetch-site': 'none' }, true, 200],
    ['another site, as text/plain', { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }, false, 403],
    ['a subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://a.shop.example' }, true, 403],
    ['an allowed origin', { 'sec-fetch-site': 'cross-site', origin: 'https://app.example' }, true, 200],
    ['the same origin, of an old browser', { 'sec-fetch-site': undefined, origin: 'https://shop.example' }, true, 200],
    ['another origin, of an old browser', { 'sec-fetch-site': undefined, origin: 'https://evil.example' }, false, 403],
    ['a sandboxed frame', { 'sec-fetch-site': undefined, origin: 'null' }, true, 403],
    ['no browser, with the cookie', { 'sec-fetch-site': undefined }, true, 403],
    ['no browser, without the cookie', { 'sec-fetch-site': undefined }, false, 200],
  ];
  it.each(cases)('%s', async (_case, headers, hasCookie, status) => {
    const { send, logIn } = setup({ csrf: { origins: ['https://app.example'] } });
    const cookie = hasCookie ? await logIn() : undefined;
    expect((await send(undefined, { method: 'POST', cookie, headers: headers ?? {} })).status).toBe(status);
    expect((await send(undefined, { method: 'GET', cookie, headers: headers ?? {} })).status).toBe(200);
  });

  it('takes the token of the id that a change rotates, and gives the new one', async () => {
    const { send, logIn, shift } = setup({ csrf: { token: true }, rotateAfter: '15m' });
    const cookie = await logIn();
    const page = await send((current) => new Response(current.csrfToken), { cookie });
    shift(16 * 60_000);
    const rotating = await send(undefined, { method: 'POST', cookie, headers: { 'x-csrf-token': page.body } });
    expect(rotating).toMatchObject({ status: 200, token: expect.stringMatching(/^[\w-]{43}$/) });
    expect(rotating.token).not.toBe(page.body);
    const next = { method: 'POST', cookie: rotating.cookie };
    expect((await send(undefined, { ...next, headers: { 'x-csrf-token': rotating.token } })).status).toBe(200);
    expect((await send(undefined, { ...next, headers: { 'x-csrf-token': page.body } })).status).toBe(403);
    expect(page.token).toBeUndefined();
  });

  it('replaces the token of an answer that has one', async () => {
    const { send, logIn, shift } = setup({ csrf: { token: true }, rotateAfter: '15m' });
    const cookie = await logIn();
    shift(16 * 60_000);
    const { token, body } = await send(
      ({ csrfToken = '' }) => new Response(csrfToken, { headers: { 'x-csrf-token': csrfToken } }),
      { cookie },
    );
    expect(token).toBe(body);
  });

  it('needs the token of the session, if that is set', async () => {
    const { send, logIn } = setup({ csrf: { token: true } });
    const [cookie, other] = [await logIn('ada'), await logIn('bob')];
    const token = (await send((current) => new Response(current.csrfToken), { cookie })).body;
    const post = (header: string | undefined, of = cookie) =>
      send(undefined, { method: 'POST', cookie: of, headers: { 'x-csrf-token': header } }).then(({ status }) => status);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await Promise.all([post(token), post(undefined), post(`${token}x`), post(token, other)])).toEqual([
      200, 403, 403, 403,
    ]);
    const isOwn = await send((current) => new Response(String(current.isCsrfToken(token))), { cookie });
    expect(isOwn.body).toBe('true');
  });
});

describe('a store that cannot be read', () => {
  it('is a 503, never a session', async () => {
    const down = { touch: () => Promise.reject(new TwelvefoldError('SESSION_UNAVAILABLE', 'throttled')) };
    const web = webSessions();
    const request = new Request('https://shop.example/', { headers: { cookie: `__Host-session=${'A'.repeat(43)}` } });
    const answer = await web.handle(request, { sessions: down, warn: () => undefined }, () => new Response('in'));
    expect(answer.status).toBe(503);
    const broken = { touch: () => Promise.reject(new TypeError('our own fault')) };
    await expect(web.handle(request, { sessions: broken }, () => new Response('in'))).rejects.toThrow('our own fault');
  });

  it('is not read without a cookie', async () => {
    const web = webSessions();
    const never = { touch: () => Promise.reject(new Error('read')) };
    const answer = await web.handle(new Request('https://shop.example/'), { sessions: never }, ({ ended }) =>
      Response.json(ended ?? null),
    );
    expect(await answer.json()).toBe(null);
  });
});

describe('its options and types', () => {
  it('names every fault at once', () => {
    const wrong = {
      cookie: { name: 'a b', sameSite: 'None', path: '/x' },
      csrf: { origins: ['shop.example'], on: true },
      rotateAfter: 'soon',
      store: 1,
    };
    expect(() => webSessions(wrong as never)).toThrow(
      "Cannot set up web sessions: unknown option 'store'; unknown option 'cookie.path'; unknown option 'csrf.on'; cookie.name is not 1 to 64 letters, digits, - and _; cookie.sameSite is not 'Lax' or 'Strict'; csrf.origins has 'shop.example', which is not an origin such as https://example.org; rotateAfter is not a duration such as '15m'",
    );
  });

  it('give a request the methods that its component uses', () => {
    const { store } = setup();
    type Reader = RequestSession<Pick<typeof store, 'touch'>>;
    type Writer = RequestSession<Pick<typeof store, 'touch' | 'create' | 'regenerate' | 'end'>>;
    expectTypeOf<Reader>().not.toHaveProperty('create');
    expectTypeOf<Reader>().not.toHaveProperty('logIn');
    expectTypeOf<Writer>().toHaveProperty('logIn');
    expectTypeOf<Writer>().not.toHaveProperty('update');
    expectTypeOf<NonNullable<Reader['session']>['data']>().toEqualTypeOf<{ cart: string[] }>();
  });
});
