/**
 * Sessions of HTTP requests: cookies, CSRF and the session of a request, for any fetch handler.
 * @module
 */
import { emitWarning } from 'node:process';
import { durationMs, systemClock, TwelvefoldError } from '@twelvefold/core';
import { unknownOptions } from '@twelvefold/core/internal';
import { problem } from '@twelvefold/lifecycle';
import type { Session, SessionResult } from '../port.ts';
import type { CookieForm, KeyText } from './cookie.ts';
import {
  assertKeys,
  clearCookie,
  cookieFaults,
  cookieValues,
  localhostForm,
  secureForm,
  setCookie,
  sign,
  unsign,
} from './cookie.ts';
import { crossSiteReason, csrfFaults, csrfTokenOf, isChange, isCsrfToken } from './csrf.ts';
import type { AnyRequestSession, ReadableClient, RequestEnd, RequestSession, WebClient } from './request-session.ts';
import type { WebRequest, WebSessionsOptions } from './web-sessions-options.ts';

export type { RequestSession } from './request-session.ts';

/** Sessions of HTTP requests. */
export interface WebSessions {
  /**
   * Answers a request by `handler`, which gets the request's session; sets the cookie that its
   * changes
   * need. Answers by itself with 403 to a change from another site, and with 503 if the store
   * cannot
   * be read.
   *
   * A request whose session has ended gets no cookie, not even one that removes the old: it may run
   * beside the log-in that has just set a new one.
   */
  handle<C extends ReadableClient>(
    request: Request,
    around: WebRequest<C>,
    handler: (current: RequestSession<C>) => Response | Promise<Response>,
  ): Promise<Response>;
}

const OPTIONS = ['cookie', 'csrf', 'rotateAfter', 'clock'];
const COOKIE_OPTIONS = ['name', 'sameSite', 'domain', 'maxAge'];
const CSRF_OPTIONS = ['origins', 'token'];

/**
 * Creates the sessions of HTTP requests.
 *
 * @throws TypeError that names every fault of the options.
 * @example
 * ```ts
 * const web = webSessions({ cookie: { sameSite: 'Strict' } });
 * const store = createSessions({ definition: sessions, driver: memorySessionDriver() });
 * const answer = await web.handle(new Request('https://example.org/me'), { sessions: store }, ({
 * session }) =>
 *   session ? Response.json(session.data) : new Response('log in first', { status: 401 }),
 * );
 * ```
 */
export function webSessions(options: WebSessionsOptions = {}): WebSessions {
  const { cookie = {}, csrf = {}, clock = systemClock } = options;
  const { maxAgeS, rotateAfterMs } = checked(options);
  const secure = secureForm(cookie, maxAgeS);
  const local = localhostForm(cookie, maxAgeS);
  let hasWarned = false;

  return {
    async handle(request, around, handler) {
      const { sessions, http, keys = [], signal, warn = emitWarning } = around;
      assertKeys(keys);
      const isLocal = http?.isLoopback === true && isLocalhost(request.url);
      if (isLocal && !hasWarned) {
        hasWarned = true;
        warn('Session cookies are sent without Secure: the listener is on loopback, and the host is localhost');
      }
      const form = isLocal ? local : secure;
      const values = cookieValues(request.headers.get('cookie'), form.name);

      const reason = crossSiteReason(request, values.length > 0, csrf);
      if (reason !== undefined) return refused(reason);

      const current = new CurrentSession(sessions as unknown as WebClient<unknown>, form, keys, signal); // its methods have its types
      try {
        await current.open(values, rotateAfterMs === undefined ? undefined : clock.now() - rotateAfterMs);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        warn(`Cannot read a session: ${(error as Error).message}`);
        return problem({ status: 503, title: 'Service Unavailable', detail: 'The session cannot be read; try again' });
      }
      if (csrf.token && current.session !== undefined && isChange(request)) {
        if (!current.isTokenOfCookie(request.headers.get('x-csrf-token')))
          return refused('x-csrf-token is missing or wrong');
      }
      const response = await handler(current as unknown as RequestSession<typeof sessions>); // picked by the client's methods
      if (current.setCookie === undefined) return response;
      // A new id has a new token.
      const token = csrf.token ? current.csrfToken : undefined;
      return withHeaders(response, {
        'set-cookie': current.setCookie,
        ...(token === undefined ? {} : { 'x-csrf-token': token }),
      });
    },
  };
}

function checked({ cookie = {}, csrf = {}, rotateAfter, ...rest }: WebSessionsOptions) {
  const faults = [
    ...unknownOptions(rest, OPTIONS).map((name) => `unknown option '${name}'`),
    ...unknownOptions(cookie, COOKIE_OPTIONS).map((name) => `unknown option 'cookie.${name}'`),
    ...unknownOptions(csrf, CSRF_OPTIONS).map((name) => `unknown option 'csrf.${name}'`),
    ...cookieFaults(cookie),
    ...csrfFaults(csrf),
  ];
  const duration = (name: string, value: WebSessionsOptions['rotateAfter']): number | undefined => {
    if (value === undefined) return undefined;
    try {
      return durationMs(value);
    } catch {
      faults.push(`${name} is not a duration such as '15m'`);
      return undefined;
    }
  };
  const maxAgeMs = duration('cookie.maxAge', cookie.maxAge);
  const rotateAfterMs = duration('rotateAfter', rotateAfter);
  if (faults.length > 0) throw new TypeError(`Cannot set up web sessions: ${faults.join('; ')}`);
  return { maxAgeS: maxAgeMs === undefined ? undefined : Math.round(maxAgeMs / 1_000), rotateAfterMs };
}

/** The session of one request. Keeps the cookie that the answer sets. */
class CurrentSession<T> implements AnyRequestSession<T> {
  session: Session<T> | undefined;
  ended: RequestEnd | undefined;
  setCookie: string | undefined;
  /** The id that the request came with. */
  #cookieId = '';
  readonly #client: WebClient<T>;
  readonly #form: CookieForm;
  readonly #keys: readonly KeyText[];
  readonly #signal: { signal?: AbortSignal | undefined };

  constructor(client: WebClient<T>, form: CookieForm, keys: readonly KeyText[], signal: AbortSignal | undefined) {
    this.#client = client;
    this.#form = form;
    this.#keys = keys;
    this.#signal = { signal };
  }

  /** @param rotateBeforeMs An id that is as old as this is rotated. */
  async open(values: readonly string[], rotateBeforeMs: number | undefined): Promise<void> {
    const [value] = values;
    if (value === undefined) return;
    if (values.length > 1) {
      this.ended = { reason: 'duplicate' };
      return;
    }
    const signed = unsign(value, this.#form, this.#keys);
    if (signed === undefined) {
      this.ended = { reason: 'forged' };
      return;
    }
    this.#cookieId = signed.id;
    this.#take(await this.#client.touch(signed.id, this.#signal));
    if (this.session === undefined || this.session.isReadOnly) return;
    // Signed by an older key: signed again, so that the older one can go.
    if (!signed.isCurrent) this.#set(this.session.id);
    const isOld = rotateBeforeMs !== undefined && this.session.movedAtMs <= rotateBeforeMs;
    if (isOld && this.#client.rotate) await this.rotate();
  }

  get csrfToken(): string | undefined {
    return this.session && csrfTokenOf(this.session.id);
  }

  isCsrfToken(token: string | null | undefined): boolean {
    return this.session !== undefined && isCsrfToken(this.session.id, token);
  }

  /** Whether a page got the token with the cookie of this request, which may be rotated by now. */
  isTokenOfCookie(token: string | null): boolean {
    return isCsrfToken(this.#cookieId, token);
  }

  create = async (data: T, userId?: string): Promise<Session<T>> => {
    if (this.session !== undefined) {
      throw new TypeError('Cannot create a session: the request has one; use logIn, regenerate or update');
    }
    const session = await this.#method('create')(data, { userId, ...this.#signal });
    this.#move({ session });
    return session;
  };

  logIn = async (userId: string, data: T): Promise<Session<T>> => {
    if (this.session !== undefined) {
      const { session } = await this.regenerate({ userId, data });
      if (session !== undefined) return session;
      // It ended, or moved by another request, meanwhile: the user still logs in, to a session
      // without a past.
    }
    return this.create(data, userId);
  };

  regenerate: AnyRequestSession<T>['regenerate'] = (options = {}) =>
    this.#change(async (id) => this.#move(await this.#method('regenerate')(id, { ...this.#signal, ...options })));

  rotate = (): Promise<SessionResult<T>> =>
    this.#change(async (id) => this.#move(await this.#method('rotate')(id, this.#signal)));

  update: AnyRequestSession<T>['update'] = (change) =>
    this.#change(async (id) => this.#take(await this.#method('update')(id, change, this.#signal)));

  save = (data: T): Promise<SessionResult<T>> =>
    this.#change(async (_, session) => this.#take(await this.#method('save')(session, data, this.#signal)));

  end = async (note?: string): Promise<void> => {
    const { session } = this;
    if (session === undefined) return;
    await this.#method('end')(session.id, { note, ...this.#signal });
    this.session = undefined;
    this.ended = { reason: 'ended' };
    this.setCookie = clearCookie(this.#form);
  };

  endOthers = async (note?: string): Promise<void> => {
    await this.#change(async (id) => this.#take(await this.#method('endOthers')(id, { note, ...this.#signal })));
  };

  /** Acts on the session, if there is one. */
  #change(act: (id: string, session: Session<T>) => Promise<SessionResult<T>>): Promise<SessionResult<T>> {
    if (this.session !== undefined) return act(this.session.id, this.session);
    const { ended } = this;
    const isOfCookie = ended === undefined || ended.reason === 'duplicate' || ended.reason === 'forged';
    return Promise.resolve({ ended: isOfCookie ? { reason: 'unknown' } : ended });
  }

  #take(result: SessionResult<T>): SessionResult<T> {
    this.session = result.session;
    this.ended = result.ended;
    return result;
  }

  /** Takes the session and sets the cookie for its new id. */
  #move(result: SessionResult<T>): SessionResult<T> {
    if (result.session !== undefined && !result.session.isReadOnly) this.#set(result.session.id);
    return this.#take(result);
  }

  #set(id: string): void {
    this.setCookie = setCookie(this.#form, sign(id, this.#form, this.#keys));
  }

  #method<M extends keyof WebClient<T>>(name: M): NonNullable<WebClient<T>[M]> {
    const method = this.#client[name];
    if (method === undefined) {
      throw new TypeError(
        `Cannot ${name} a session: the component does not use this access; add '${name}' to its uses`,
      );
    }
    return method;
  }
}

function isLocalhost(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && (hostname === 'localhost' || hostname.endsWith('.localhost'));
}

function isUnavailable(error: unknown): boolean {
  return (
    TwelvefoldError.isInstance(error, 'SESSION_UNAVAILABLE') || TwelvefoldError.isInstance(error, 'AWS_CALL_FAILED')
  );
}

function refused(reason: string): Response {
  return problem({
    status: 403,
    title: 'Cross-site request refused',
    detail: `The request changes something, and ${reason}`,
  });
}

function withHeaders(response: Response, added: Readonly<Record<string, string>>): Response {
  const add = (headers: Headers) => {
    for (const [name, value] of Object.entries(added)) {
      // Each cookie has a header. A second value of any other would be joined to the first.
      if (name === 'set-cookie') headers.append(name, value);
      else headers.set(name, value);
    }
  };
  try {
    add(response.headers);
    return response;
  } catch {
    // The headers of a response from fetch() or Response.redirect() are immutable.
    const headers = new Headers(response.headers);
    add(headers);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  }
}
