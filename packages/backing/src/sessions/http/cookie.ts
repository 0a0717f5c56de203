import { createHmac, timingSafeEqual } from 'node:crypto';

/** A text that may be wrapped, as `Secret<string>` of `@twelvefold/config` is. */
export type KeyText = string | { reveal(): string };

/** How a cookie is named and set. */
export interface CookieForm {
  readonly name: string;
  /** Everything behind name and value, beginning with `; `. */
  readonly attributes: string;
}

export interface CookieOptions {
  /** Letters, digits, `-` and `_`. A prefix is put in front of it. @defaultValue 'session' */
  name?: string;
  /** @defaultValue 'Lax' */
  sameSite?: 'Lax' | 'Strict';
  /**
   * Shares the cookie with the subdomains of this domain. Its prefix is then `__Secure-`.
   * @defaultValue none: the cookie has the prefix `__Host-` and is for one host
   */
  domain?: string;
  /** How long a browser keeps the cookie. @defaultValue until the browser is closed */
  maxAge?: `${number}${'m' | 'h' | 'd'}`;
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const DOMAIN = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

/** The faults of the options, for one error that names all. */
export function cookieFaults({ name, sameSite, domain }: CookieOptions): string[] {
  const faults: string[] = [];
  if (name !== undefined && !NAME.test(name)) faults.push('cookie.name is not 1 to 64 letters, digits, - and _');
  if (sameSite !== undefined && sameSite !== 'Lax' && sameSite !== 'Strict') {
    faults.push("cookie.sameSite is not 'Lax' or 'Strict'");
  }
  if (domain !== undefined && !DOMAIN.test(domain)) faults.push('cookie.domain is not a domain such as example.org');
  return faults;
}

/**
 * The secure form: `__Host-session` needs `Secure` and `Path=/`, and no other host can set it
 * (RFC 6265bis, section 4.1.3).
 */
export function secureForm(
  { name = 'session', sameSite = 'Lax', domain }: CookieOptions,
  maxAgeS?: number,
): CookieForm {
  const prefix = domain === undefined ? '__Host-' : '__Secure-';
  const scope = domain === undefined ? '' : `; Domain=${domain}`;
  return {
    name: `${prefix}${name}`,
    attributes: `; Path=/${scope}; HttpOnly; SameSite=${sameSite}; Secure${age(maxAgeS)}`,
  };
}

/** The form without `Secure`, for `http://localhost`: Safari drops secure cookies there. */
export function localhostForm({ name = 'session', sameSite = 'Lax' }: CookieOptions, maxAgeS?: number): CookieForm {
  return { name, attributes: `; Path=/; HttpOnly; SameSite=${sameSite}${age(maxAgeS)}` };
}

const age = (maxAgeS: number | undefined) => (maxAgeS === undefined ? '' : `; Max-Age=${maxAgeS}`);

/** The values of a cookie in a `Cookie` header: more than one is an attempt to replace it. */
export function cookieValues(header: string | null, name: string): string[] {
  if (header === null) return [];
  const values: string[] = [];
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) values.push(pair.slice(at + 1).trim());
  }
  return values;
}

/** A header that sets the cookie. */
export const setCookie = ({ name, attributes }: CookieForm, value: string): string => `${name}=${value}${attributes}`;

/** A header that removes the cookie. */
export const clearCookie = ({ name, attributes }: CookieForm): string =>
  `${name}=${attributes.replace(/; Max-Age=\d+/, '')}; Max-Age=0`;

/** The value of a signed cookie, `<id>.<signature>`; the id itself without keys. */
export function sign(id: string, form: CookieForm, keys: readonly KeyText[]): string {
  const [key] = keys;
  return key === undefined ? id : `${id}.${signature(id, form, key)}`;
}

/**
 * The id of a cookie's value, and whether the newest key signed it. `undefined` for a wrong
 * signature.
 */
export function unsign(
  value: string,
  form: CookieForm,
  keys: readonly KeyText[],
): { readonly id: string; readonly isCurrent: boolean } | undefined {
  if (keys.length === 0) return { id: value, isCurrent: true };
  const at = value.lastIndexOf('.');
  const [id, given] = [value.slice(0, Math.max(0, at)), Buffer.from(value.slice(at + 1))];
  for (const [index, key] of keys.entries()) {
    const expected = Buffer.from(signature(id, form, key));
    if (given.length === expected.length && timingSafeEqual(given, expected)) return { id, isCurrent: index === 0 };
  }
  return undefined;
}

function signature(id: string, { name }: CookieForm, key: KeyText): string {
  const text = typeof key === 'string' ? key : key.reveal();
  return createHmac('sha256', text).update(`${name}=${id}`).digest('base64url');
}

const MIN_KEY_BYTES = 32;

/** @throws TypeError for a key that is too short. Names its place only. */
export function assertKeys(keys: readonly KeyText[]): void {
  for (const [index, key] of keys.entries()) {
    const text = typeof key === 'string' ? key : key.reveal();
    if (Buffer.byteLength(text) >= MIN_KEY_BYTES) continue;
    throw new TypeError(`Cannot sign session cookies: keys[${index}] has less than ${MIN_KEY_BYTES} bytes`);
  }
}
