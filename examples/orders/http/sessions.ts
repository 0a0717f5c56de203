import type { Context } from 'hono';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { problem } from 'twelvefold';
import { honoSessions } from 'twelvefold/hono';
import * as z from 'zod/mini';
import type { ApiEnv } from './api-context.ts';
import { readBody } from './body.ts';

const NewSession = z.strictObject({ userId: z.string().check(z.minLength(1), z.maxLength(128)) });

/**
 * Gives each request its session. Refuses changes from other sites, and those without the token
 * that the answer with the cookie had in `x-csrf-token`.
 */
export const withSession = honoSessions(
  ({ env }: Context<ApiEnv>) => ({
    sessions: env.backing.sessions,
    http: env.http,
    signal: env.signal,
    warn: (message) => env.logger.warn(message),
  }),
  { cookie: { name: 'sid' }, rotateAfter: '15m', csrf: { token: true } },
);

/** Lets only requests with a live session through; the others learn why they have none. */
export const requireSession = createMiddleware<ApiEnv>(async (c, next) => {
  const { session, ended } = c.get('session');
  if (session === undefined) {
    const detail = ended === undefined ? 'POST /sessions with a userId first' : `No session: ${ended.reason}`;
    return problem({ status: 401, title: 'No session', detail });
  }
  const { userId } = session.data;
  c.set('userId', userId);
  c.env.logger.appendKeys({ user_id: userId });
  await next();
});

export const sessions = new Hono<ApiEnv>()
  .post('/sessions', async (c) => {
    const body = await readBody(c.req.raw, NewSession);
    if (body instanceof Response) return body;
    // A session from before ends: its id may be known to another person.
    const session = await c.get('session').logIn(body.userId, { userId: body.userId });
    return c.json({ userId: body.userId, expiresAt: new Date(session.expiresAtMs).toISOString() }, 201);
  })
  .post('/sessions/rotate', requireSession, async (c) => {
    const { ended } = await c.get('session').rotate();
    return ended
      ? problem({ status: 401, title: 'No session', detail: `No session: ${ended.reason}` })
      : c.body(null, 204);
  })
  .get('/me', requireSession, (c) => {
    // For a page that was loaded anew.
    const token = c.get('session').csrfToken;
    return c.json({ userId: c.get('userId') }, 200, token === undefined ? {} : { 'x-csrf-token': token });
  })
  .delete('/sessions', async (c) => {
    await c.get('session').end('logged out');
    return c.body(null, 204);
  })
  .delete('/sessions/others', requireSession, async (c) => {
    await c.get('session').endOthers('logged out elsewhere');
    return c.body(null, 204);
  });
