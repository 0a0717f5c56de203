/** For apps whose router is Hono. @module */
export { honoSessions, type SessionVariables } from '@twelvefold/backing/hono-sessions';

/** The part of Hono's context and errors that is used: any version's fit. */
interface HasResponse {
  getResponse(): Response;
}

/**
 * An error handler for Hono that lets errors through to the host: it logs them redacted, with the
 * correlation id, and answers with a bare 500. Hono's own prints them to standard error as they
 * are, secrets included, and the log shows no error. An `HTTPException` answers for itself.
 *
 * @throws the error, unless it answers for itself
 * @example
 * ```ts
 * import { Hono } from 'hono';
 *
 * const router = new Hono();
 * router.onError(throwErrors);
 * ```
 */
export function throwErrors(error: Error): Response {
  if (hasResponse(error)) return error.getResponse();
  throw error;
}

function hasResponse(error: Error): error is Error & HasResponse {
  return typeof (error as Partial<HasResponse>).getResponse === 'function'; // only looked at
}
