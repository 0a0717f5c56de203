import { chainTo } from './chain-to.ts';
import { PLAIN } from './plain-parts.ts';

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** What `Headers` may refuse or change. */
const UNUSUAL = /[^ -~]/;
const COOKIE = 'set-cookie';

/** Names as they came, and in lower case: a service sees the same few again and again. */
const LOWER = new Map<string, string>();
const MOST_NAMES = 200;

/** The name in lower case; `undefined` where it is none. */
function lowerCase(name: unknown): string | undefined {
  const known = LOWER.get(name as string); // what is no string is not found
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

/** Headers as a map, until somebody does with them what takes the platform's own: iterates, or sets what may be refused. */
export class LightHeaders {
  readonly #values = new Map<string, string>();
  #cookies: string[] = [];
  #platform: Headers | undefined;

  static is(value: unknown): value is LightHeaders {
    return typeof value === 'object' && value !== null && #platform in value;
  }

  static chain(): void {
    chainTo<object, Headers>(LightHeaders.prototype, Headers.prototype, (self) => (self as LightHeaders).platform()); // its own instances
  }

  /** The same again, to be changed apart; `undefined` when these have become the platform's. */
  copy(): LightHeaders | undefined {
    if (this.#platform) return undefined;
    const copy = new LightHeaders();
    for (const [name, value] of this.#values) copy.#values.set(name, value);
    copy.#cookies = this.#cookies;
    return copy;
  }

  /** To others, what its prototype says it is. */
  asHeaders(): Headers {
    return this as unknown as Headers; // by chain()
  }

  platform(): Headers {
    if (!this.#platform) {
      const platform = new Headers();
      for (const [name, value] of this.#values) platform.append(name, value);
      for (const cookie of this.#cookies) platform.append(COOKIE, cookie);
      this.#platform = platform;
    }
    return this.#platform;
  }

  /** From now on these are the headers: whoever holds this object sees, and changes, what the platform sees. */
  become(platform: Headers): void {
    this.#platform = platform;
  }

  get(name: string): string | null {
    const lower = lowerCase(name);
    if (this.#platform || lower === undefined) return this.platform().get(name);
    if (lower === COOKIE) return this.#cookies.length > 0 ? this.#cookies.join(', ') : null;
    return this.#values.get(lower) ?? null;
  }

  has(name: string): boolean {
    return this.#platform || lowerCase(name) === undefined ? this.platform().has(name) : this.get(name) !== null;
  }

  getSetCookie(): string[] {
    return this.#platform ? this.#platform.getSetCookie() : [...this.#cookies];
  }

  set(name: string, value: string): void {
    if (!this.put(name, value, false)) this.platform().set(name, value);
  }

  append(name: string, value: string): void {
    if (!this.put(name, value, true)) this.platform().append(name, value);
  }

  delete(name: string): void {
    const lower = lowerCase(name);
    if (this.#platform || lower === undefined) this.platform().delete(name);
    else if (lower === COOKIE) this.#cookies = [];
    else this.#values.delete(lower);
  }

  /** False, and nothing done, where the platform is to say what becomes of it. */
  put(name: string, value: unknown, append: boolean): boolean {
    const lower = lowerCase(name);
    if (this.#platform || lower === undefined || !isPlain(value)) return false;
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

  [PLAIN](): Record<string, string> | undefined {
    return this.#platform ? undefined : Object.fromEntries(this.#values);
  }
}
