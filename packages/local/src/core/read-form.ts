import type { HttpRequest } from './http-request.ts';

/** The parameters of a Query call: its form, or else its query string. */
export function readForm({ headers, body, search }: HttpRequest): URLSearchParams {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return isForm ? new URLSearchParams(body.toString()) : search;
}
