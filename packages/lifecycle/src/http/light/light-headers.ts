import { chainTo } from './chain-to.ts';
import { PLAIN } from './plain-values.ts';

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Characters of a value that `Headers` may refuse or change. */
const UNUSUAL = /[^ -~]/;
const COOKIE = 'set-cookie';
/** Empty values at the end of a joined list; cookies are joined by semicolons. */
const EMPTY_MEMBERS = /(?:[,;] )+$/;
const NO_COOKIES: readonly string[] = [];
/** Never changed. */
const NO_VALUES = new Map<string, string>();

/** Names as they came, and in lower case: a service gets the same few again and again. */
const LOWER = new Map<string, string>();
const MOST_NAMES = 200;

/**
 * Headers of which Node keeps the first of several lines, where `Headers` joins them: looked up
 * among the raw ones.
 */
const NOT_JOINED = new Set([
  'age',
  'authorization',
  'content-length',
  'content-type',
  'etag',
  'expires',
  'from',
  'host',
  'if-modified-since',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'referer',
  'retry-after',
  'server',
  'user-agent',
  COOKIE,
]);

/** The name in lower case; `undefined` where it is not a header's name. */
function lowerCase(name: unknown): string | undefined {
  const known = LOWER.get(name as string); // what is not a string is not found
  if (known !== undefined) return known;
  if (typeof name !== 'string' || !NAME.test(name)) return undefined;
  const lower = name.toLowerCase();
  if (LOWER.size < MOST_NAMES) LOWER.set(name, lower);
  return lower;
}

/** A value that `Headers` takes as it is: no blanks to trim, nothing to refuse. */
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && !UNUSUAL.test(value) && !value.startsWith(' ') && !value.endsWith(' ');
}

/** The headers of a request on a socket, as Node has them. */
export interface NodeHeaders {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
}

/** The value of a request's header as `Headers.get` would return it. `name` is in lower case. */
export function headerOf({ headers, rawHeaders }: NodeHeaders, name: string): string | undefined {
  if (!NOT_JOINED.has(name)) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (typeof value === 'string') return value;
    if (value === undefined && name !== '__proto__') return undefined;
  }
  let joined: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const raw = rawHeaders[index] ?? '';
    if (raw.length !== name.length || raw.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? '';
    joined = joined === undefined ? value : `${joined}, ${value}`;
  }
  return joined;
}

/**
 * Headers as a map, until they are used in a way that needs the platform's: iterated, or set to
 * what may be refused.
 */
export class LightHeaders {
  /** None while there is a source. */
  readonly #values: Map<string, string>;
  #cookies: readonly string[] = NO_COOKIES;
  /** Where values are read until one is changed. */
  #source: NodeHeaders | undefined;
  #platform: Headers | undefined;

  constructor(source?: NodeHeaders) {
    this.#source = source;
    this.#values = source === undefined ? new Map() : NO_VALUES;
  }

  static is(value: unknown): value is LightHeaders {
    return typeof value === 'object' && value !== null && #platform in value;
  }

  static chain(): void {
    chainTo<object, Headers>(LightHeaders.prototype, Headers.prototype, (self) => (self as LightHeaders).platform()); // its own instances
  }

  /** The same again, to be changed apart; `undefined` when these are the platform's. */
  copy(): LightHeaders | undefined {
    if (this.#platform || this.#source) return undefined;
    const copy = new LightHeaders();
    for (const [name, value] of this.#values) copy.#values.set(name, value);
    copy.#cookies = this.#cookies;
    return copy;
  }

  /** As what its prototype makes it for others. */
  asHeaders(): Headers {
    return this as unknown as Headers; // by chain()
  }

  platform(): Headers {
    if (!this.#platform) {
      const platform = new Headers();
      const { rawHeaders = [] } = this.#source ?? {};
      for (let index = 0; index < rawHeaders.length; index += 2)
        platform.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
      for (const [name, value] of this.#values) platform.append(name, value);
      for (const cookie of this.#cookies) platform.append(COOKIE, cookie);
      this.#source = undefined;
      this.#platform = platform;
    }
    return this.#platform;
  }

  /**
   * From now on these are the headers: who holds this object sees, and changes, what the platform
   * sees.
   */
  become(platform: Headers): void {
    // A value is trimmed, unless it is appended: made of these, the platform's lost the empty
    // members that a list ends in.
    for (const [name, value] of this.#platform ?? []) {
      const [empty] = EMPTY_MEMBERS.exec(value) ?? [];
      if (empty === undefined) continue;
      platform.set(name, value.slice(0, -empty.length));
      for (let at = 0; at < empty.length; at += 2) platform.append(name, '');
    }
    this.#source = undefined;
    this.#platform = platform;
  }

  get(name: string): string | null {
    const lower = lowerCase(name);
    if (this.#platform || lower === undefined) return this.platform().get(name);
    if (this.#source) return headerOf(this.#source, lower) ?? null;
    if (lower === COOKIE) return this.#cookies.length > 0 ? this.#cookies.join(', ') : null;
    return this.#values.get(lower) ?? null;
  }

  has(name: string): boolean {
    return this.#platform || lowerCase(name) === undefined ? this.platform().has(name) : this.get(name) !== null;
  }

  getSetCookie(): string[] {
    return this.#platform || this.#source ? this.platform().getSetCookie() : [...this.#cookies];
  }

  set(name: string, value: string): void {
    if (!this.put(name, value, false)) this.platform().set(name, value);
  }

  append(name: string, value: string): void {
    if (!this.put(name, value, true)) this.platform().append(name, value);
  }

  delete(name: string): void {
    const lower = lowerCase(name);
    if (this.#platform || this.#source || lower === undefined) this.platform().delete(name);
    else if (lower === COOKIE) this.#cookies = [];
    else this.#values.delete(lower);
  }

  /** False, and nothing done, where the platform's headers decide. */
  put(name: string, value: unknown, append: boolean): boolean {
    const lower = lowerCase(name);
    if (this.#platform || this.#source || lower === undefined || !isPlain(value)) return false;
    if (lower === COOKIE) {
      this.#cookies = append ? [...this.#cookies, value] : [value];
      return true;
    }
    const before = append ? this.#values.get(lower) : undefined;
    // Joined it would end in a blank, and no header that is made of it would keep that.
    if (before !== undefined && value === '') return false;
    // RFC 9113, section 8.2.3: the crumbs of a cookie are joined by semicolons.
    this.#values.set(lower, before === undefined ? value : `${before}${lower === 'cookie' ? '; ' : ', '}${value}`);
    return true;
  }

  /**
   * Calls back with every header, each cookie by itself; false where the platform's are to be
   * asked.
   */
  [PLAIN](callback: (value: string, name: string) => void): boolean {
    if (this.#platform || this.#source) return false;
    this.#values.forEach(callback);
    for (const cookie of this.#cookies) callback(cookie, COOKIE);
    return true;
  }
}
