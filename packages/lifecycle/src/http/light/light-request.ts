import { chainTo } from './chain-to.ts';
import type { LightHeaders } from './light-headers.ts';

/** A request whose URL, method, headers and text are at hand; the platform's own is made when somebody asks for anything else. */
export class LightRequest {
  /** The platform's class, which this one stands in front of. */
  static Platform: typeof Request;
  readonly #url: string;
  readonly #method: string;
  readonly #headers: LightHeaders;
  readonly #text: string | undefined;
  #read = false;
  #platform: Request | undefined;

  /** All parts must be what `Request` takes as it is: a normal URL and method, a text that is well formed. */
  constructor(url: string, method: string, headers: LightHeaders, text: string | undefined) {
    this.#url = url;
    this.#method = method;
    this.#headers = headers;
    this.#text = text;
  }

  static chain(Platform: typeof Request): void {
    LightRequest.Platform = Platform;
    chainTo<object, Request>(LightRequest.prototype, Platform.prototype, (self) => (self as LightRequest).platform()); // its own instances
  }

  /** The platform's own of a light request, anything else as it is. */
  static unwrap(value: unknown): unknown {
    return typeof value === 'object' && value !== null && #platform in value ? value.platform() : value;
  }

  platform(): Request {
    if (!this.#platform) {
      const headers = this.#headers.asHeaders();
      const body = this.#text === undefined ? {} : { body: Buffer.from(this.#text) };
      this.#platform = new LightRequest.Platform(this.#url, { method: this.#method, headers, ...body });
      this.#headers.become(this.#platform.headers);
      // Read is read: its stream has to say so as well.
      if (this.#read) void this.#platform.arrayBuffer();
    }
    return this.#platform;
  }

  get url(): string {
    return this.#url;
  }

  get method(): string {
    return this.#method;
  }

  get headers(): Headers {
    return this.#headers.asHeaders();
  }

  get bodyUsed(): boolean {
    return this.#platform ? this.#platform.bodyUsed : this.#read;
  }

  text(): Promise<string> {
    if (this.#platform || this.#read || this.#text === undefined) return this.platform().text();
    this.#read = true;
    return Promise.resolve(withoutMark(this.#text));
  }

  json(): Promise<unknown> {
    if (this.#platform || this.#read || this.#text === undefined) return this.platform().json();
    this.#read = true;
    const text = this.#text;
    return new Promise((resolve) => resolve(JSON.parse(withoutMark(text))));
  }
}

/** A byte order mark is no part of the text that a body is. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
