import { chainTo } from './chain-to.ts';
import type { LightHeaders } from './light-headers.ts';

/**
 * A request whose URL, method, headers and body are at hand; the platform's own is made when
 * anything else is asked for.
 */
export class LightRequest {
  /** The platform's class, which this one stands in front of. */
  static Platform: typeof Request;
  readonly #url: string;
  readonly #method: string;
  readonly #headers: LightHeaders;
  readonly #body: string | Buffer | undefined;
  readonly #signalled: { readonly signal: AbortSignal } | undefined;
  #read = false;
  #platform: Request | undefined;

  /**
   * All parts must be what `Request` takes as it is: a normal URL and method, a text that is well
   * formed.
   *
   * @param signalled - where the signal is, which is made when it is asked for
   */
  constructor(
    url: string,
    method: string,
    headers: LightHeaders,
    body: string | Buffer | undefined,
    signalled?: { readonly signal: AbortSignal },
  ) {
    this.#url = url;
    this.#method = method;
    this.#headers = headers;
    this.#body = body;
    this.#signalled = signalled;
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
      const body = this.#body === undefined ? {} : { body: bytesOf(this.#body) };
      const signal = this.#signalled ? { signal: this.#signalled.signal } : {};
      this.#platform = new LightRequest.Platform(this.#url, { method: this.#method, headers, ...body, ...signal });
      this.#headers.become(this.#platform.headers);
      // Read is read: its stream must be read as well.
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

  get signal(): AbortSignal {
    return this.#signalled?.signal ?? this.platform().signal;
  }

  get bodyUsed(): boolean {
    return this.#platform ? this.#platform.bodyUsed : this.#read;
  }

  text(): Promise<string> {
    if (this.#platform || this.#read || this.#body === undefined) return this.platform().text();
    this.#read = true;
    return Promise.resolve(textOf(this.#body));
  }

  json(): Promise<unknown> {
    if (this.#platform || this.#read || this.#body === undefined) return this.platform().json();
    this.#read = true;
    const body = this.#body;
    return new Promise((resolve) => resolve(JSON.parse(textOf(body))));
  }
}

/** `Request` takes no buffer that may be shared. */
function bytesOf(body: string | Buffer): Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? Buffer.from(body) : new Uint8Array(body);
}

function textOf(body: string | Buffer): string {
  return withoutMark(typeof body === 'string' ? body : body.toString());
}

/** A byte order mark is not a part of the text that a body is. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
