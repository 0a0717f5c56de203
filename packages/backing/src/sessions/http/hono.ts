/** Sessions of HTTP requests for Hono. @module */
import type { ReadableClient, RequestSession } from './request-session.ts';
import { webSessions } from './web-sessions.ts';
import type { WebRequest, WebSessionsOptions } from './web-sessions-options.ts';

/** The part of Hono's context that is used: any version's fits. */
interface HonoContext {
  readonly req: { readonly raw: Request };
  res: Response;
  set(key: 'session', value: unknown): void;
}

/**
 * Variables of the app for its type: `new Hono<{ Variables: SessionVariables<typeof client>
 * }>()`.
 */
export interface SessionVariables<C> {
  session: RequestSession<C>;
}

/**
 * A middleware that gives each request its session as `c.get('session')`: cookie, CSRF check and
 * 503
 * as `webSessions` has them.
 *
 * @param around Makes the surroundings of a request of Hono's context.
 * @throws TypeError that names every fault of the options.
 * @example
 * ```ts
 * import { Hono } from 'hono';
 *
 * const store = createSessions({ definition: sessions, driver: memorySessionDriver() });
 * const app = new Hono<{ Variables: SessionVariables<typeof store> }>()
 *   .use(honoSessions(() => ({ sessions: store })))
 *   .get('/me', (c) => c.json({ user: c.get('session').session?.userId }));
 * ```
 */
export function honoSessions<Ctx extends HonoContext, C extends ReadableClient>(
  around: (context: Ctx) => WebRequest<C>,
  options: WebSessionsOptions = {},
): (context: Ctx, next: () => Promise<void>) => Promise<Response | undefined> {
  const web = webSessions(options);
  return async (context, next) => {
    let isAnswered = false;
    const response = await web.handle(context.req.raw, around(context), async (current) => {
      context.set('session', current);
      await next();
      isAnswered = true;
      return context.res;
    });
    if (!isAnswered) return response;
    // A response with immutable headers was copied to set the cookie.
    if (response !== context.res) context.res = response;
    return undefined;
  };
}
