import { Hono } from 'hono';
import { problem } from 'twelvefold';
import type { ApiEnv } from './api-context.ts';
import { orders } from './orders.ts';
import { sessions, withSession } from './sessions.ts';

export const router = new Hono<ApiEnv>()
  .use(withSession)
  .route('/', sessions)
  .route('/', orders)
  .notFound(() => problem({ status: 404, title: 'No such route' }))
  // Errors are the host's: one log line, one bare 500, on every host.
  .onError((error) => {
    throw error;
  });
