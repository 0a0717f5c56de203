import { Hono } from 'hono';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createSessions } from '../create-sessions.ts';
import { memorySessionDriver } from '../drivers/memory.ts';
import { sessionStore } from '../session-store.ts';
import type { SessionVariables } from './hono.ts';
import { honoSessions } from './hono.ts';

const definition = sessionStore('sessions', { schema: z.object({ visits: z.number() }) });

function setup() {
  const store = createSessions({ definition, driver: memorySessionDriver() });
  return new Hono<{ Variables: SessionVariables<typeof store> }>()
    .use(honoSessions(() => ({ sessions: store })))
    .post('/log-in', async (c) => {
      await c.get('session').logIn('ada', { visits: 0 });
      return c.json({ ok: true }, 201);
    })
    .post('/visit', async (c) => {
      const { session, ended } = await c.get('session').update((draft) => ({ visits: draft.visits + 1 }));
      return session ? c.json(session.data) : c.json(ended, 401);
    })
    .get('/away', async (c) => {
      await c.get('session').rotate();
      return Response.redirect('https://elsewhere.example/');
    })
    .post('/log-out', async (c) => {
      await c.get('session').end();
      return c.body(null, 204);
    });
}

it('gives handlers the session, and sets cookies on their answers', async () => {
  const app = setup();
  const send = (path: string, cookie = '', method = 'POST') =>
    app.request(`https://shop.example${path}`, { method, headers: { cookie, 'sec-fetch-site': 'same-origin' } });
  const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  const loggedIn = await send('/log-in');
  expect(loggedIn.status).toBe(201);
  const cookie = cookieOf(loggedIn);
  await send('/visit', cookie);
  expect(await (await send('/visit', cookie)).json()).toEqual({ visits: 2 });

  const moved = await send('/away', cookie, 'GET');
  expect(moved.status).toBe(302);
  const rotated = cookieOf(moved);
  expect(rotated).toMatch(/^__Host-session=/);
  expect(await (await send('/visit', rotated)).json()).toEqual({ visits: 3 });
  expect(await (await send('/visit', cookie)).json()).toMatchObject({ reason: 'rotated' });

  expect(cookieOf(await send('/log-out', rotated))).toBe('__Host-session=');
  expect(await (await send('/visit', rotated)).json()).toMatchObject({ reason: 'ended' });
  const forged = await app.request('https://shop.example/log-in', {
    method: 'POST',
    headers: { 'sec-fetch-site': 'cross-site' },
  });
  expect(forged.status).toBe(403);
});
