import { createHmac, timingSafeEqual } from 'node:crypto';

export interface CsrfOptions {
  /**
   * Other origins whose pages may send changes, e.g. `https://app.example.org`. @defaultValue
   * none
   */
  origins?: readonly string[];
  /**
   * Requires a token that is bound to the session as well, in the header `x-csrf-token`, of every
   * change with a session. `current.csrfToken` gives it to pages; answers that set another cookie
   * have the new one in their header `x-csrf-token`. @defaultValue false
   */
  token?: boolean;
}

/** The faults of the options, for one error that names all. */
export function csrfFaults({ origins = [], token }: CsrfOptions): string[] {
  const faults = origins
    .filter((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin)
    .map((origin) => `csrf.origins has '${origin}', which is not an origin such as https://example.org`);
  if (token !== undefined && typeof token !== 'boolean') faults.push('csrf.token is not true or false');
  return faults;
}

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Why a request may come from another site's page, or `undefined` if it does not.
 *
 * Browsers set `Sec-Fetch-Site`, or at least `Origin`, on every change (W3C Fetch Metadata; OWASP
 * ASVS 5.0, 3.5.3). Without both, a request that carries the cookie is refused.
 */
export function crossSiteReason(
  request: Request,
  hasCookie: boolean,
  { origins = [] }: CsrfOptions,
): string | undefined {
  if (SAFE.has(request.method)) return undefined;
  const origin = request.headers.get('origin');
  if (origin !== null && origins.includes(origin)) return undefined;
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin' || site === 'none' ? undefined : `Sec-Fetch-Site is ${quoted(site)}`;
  if (origin !== null) return origin === new URL(request.url).origin ? undefined : `Origin is ${quoted(origin)}`;
  return hasCookie ? 'it has a session cookie, and neither Sec-Fetch-Site nor Origin' : undefined;
}

/** Whether the request changes something. */
export const isChange = (request: Request): boolean => !SAFE.has(request.method);

/** A header's text for an answer: printable and short. */
const quoted = (text: string): string => JSON.stringify(text.slice(0, 100));

/** The token of a session: 43 characters that only a page of the site can have got. */
export function csrfTokenOf(id: string): string {
  return createHmac('sha256', id).update('twelvefold csrf').digest('base64url');
}

/** Whether the token is that of the session. */
export function isCsrfToken(id: string, token: string | null | undefined): boolean {
  if (typeof token !== 'string') return false;
  const [given, expected] = [Buffer.from(token), Buffer.from(csrfTokenOf(id))];
  return given.length === expected.length && timingSafeEqual(given, expected);
}
