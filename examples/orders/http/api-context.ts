import type { ContextFor, HttpContext } from 'twelvefold';
import type { SessionVariables } from 'twelvefold/hono';
import type { app } from '../app.ts';

/** The resources that the HTTP component uses: they decide its types, its clients and its IAM. */
export const apiUses = {
  orders: ['send'],
  table: ['get', 'byUser'],
  sessions: ['touch', 'create', 'regenerate', 'rotate', 'end'],
  idempotency: ['claim'],
} as const;

export type ApiContext = ContextFor<typeof app, typeof apiUses> & Pick<HttpContext<unknown, unknown>, 'http'>;

/**
 * Hono's generics: the context is what the router is called with, the session is set by the
 * middleware.
 */
export interface ApiEnv {
  Bindings: ApiContext;
  Variables: { userId: string } & SessionVariables<ApiContext['backing']['sessions']>;
}
