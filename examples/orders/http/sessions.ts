import type { Context } from 'hono';
import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { problem } from 'twelvefold';
import * as z from 'zod/mini';
import type { ApiEnv } from './api-context.ts';
import { readBody } from './body.ts';

const COOKIE = 'sid';
const NewSession = z.strictObject({ userId: z.string().check(z.minLength(1), z.maxLength(128)) });

const cookieOptions = (c: Context) =>
  ({ httpOnly: true, sameSite: 'Lax', path: '/', secure: new URL(c.req.url).protocol === 'https:' }) as const;

/** Lets only requests with a live session through, and keeps it alive: read and touch are one call. */
export const requireSession = createMiddleware<ApiEnv>(async (c, next) => {
  const id = getCookie(c, COOKIE);
  const found = id === undefined ? undefined : await c.env.backing.sessions.touch(id, { signal: c.env.signal });
  const session = found?.session;
  if (!session) return problem({ status: 401, title: 'No session', detail: 'POST /sessions with a userId first' });
  c.set('userId', session.data.userId);
  c.set('sessionId', session.id);
  c.env.logger.appendKeys({ user_id: session.data.userId });
  await next();
});

export const sessions = new Hono<ApiEnv>()
  .post('/sessions', async (c) => {
    const body = await readBody(c.req.raw, NewSession);
    if (body instanceof Response) return body;
    const { userId } = body;
    const session = await c.env.backing.sessions.create({ userId }, { userId, signal: c.env.signal });
    setCookie(c, COOKIE, session.id, cookieOptions(c));
    return c.json({ userId: session.data.userId, expiresAt: new Date(session.expiresAtMs).toISOString() }, 201);
  })
  .get('/me', requireSession, (c) => c.json({ userId: c.get('userId') }))
  .delete('/sessions', async (c) => {
    const id = getCookie(c, COOKIE);
    if (id !== undefined) await c.env.backing.sessions.end(id, { signal: c.env.signal });
    deleteCookie(c, COOKIE, cookieOptions(c));
    return c.body(null, 204);
  });
