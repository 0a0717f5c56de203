import { chainTo } from './chain-to.ts';
import { LightHeaders } from './light-headers.ts';
import { withoutMark } from './light-request.ts';
import { PLAIN } from './plain-values.ts';

/**
 * A response made of a text; the platform's own, with its stream, is made when the app asks for
 * more than text, status and headers.
 */
export class LightResponse {
  /** The platform's class, which this one stands in front of. */
  static Platform: typeof Response;
  readonly #text: string | null;
  readonly #status: number;
  readonly #headers: LightHeaders;
  #read = false;
  #platform: Response | undefined;

  constructor(text: string | null, status: number, headers: LightHeaders) {
    this.#text = text;
    this.#status = status;
    this.#headers = headers;
  }

  static chain(Platform: typeof Response): void {
    LightResponse.Platform = Platform;
    chainTo<object, Response>(LightResponse.prototype, Platform.prototype, (self) =>
      (self as LightResponse).platform(),
    ); // its own instances
  }

  /**
   * Makes `new Response(body, init)` where that is plain; `undefined` where the platform decides,
   * or refuses it.
   */
  static make(body: unknown, init: unknown): LightResponse | undefined {
    if (typeof body === 'string') {
      if (!body.isWellFormed()) return undefined;
    } else if (body !== undefined && body !== null) return undefined;
    if (init !== undefined && init !== null && typeof init !== 'object') return undefined;
    const { status = 200, statusText = '', headers: given } = (init ?? {}) as Partial<Record<string, unknown>>; // only looked at
    if (statusText !== '' || !isStatus(status, typeof body === 'string')) return undefined;
    const headers = headersFrom(given);
    if (!headers) return undefined;
    if (typeof body === 'string' && !headers.has('content-type'))
      headers.put('content-type', 'text/plain;charset=UTF-8', false);
    return new LightResponse(body ?? null, status, headers);
  }

  platform(): Response {
    if (!this.#platform) {
      const headers = this.#headers.asHeaders();
      this.#platform = new LightResponse.Platform(this.#text, { status: this.#status, headers });
      // The platform gives a text a type that it was given none of, or that was taken away since.
      if (!headers.has('content-type')) this.#platform.headers.delete('content-type');
      this.#headers.become(this.#platform.headers);
      // Read is read: its stream has to say so as well.
      if (this.#read) void this.#platform.arrayBuffer();
    }
    return this.#platform;
  }

  get status(): number {
    return this.#status;
  }

  get ok(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  get headers(): Headers {
    return this.#headers.asHeaders();
  }

  get bodyUsed(): boolean {
    return this.#platform ? this.#platform.bodyUsed : this.#read;
  }

  text(): Promise<string> {
    if (this.#platform || this.#read || this.#text === null) return this.platform().text();
    this.#read = true;
    return Promise.resolve(withoutMark(this.#text));
  }

  [PLAIN](take: boolean): string | null | undefined {
    if (this.#platform || this.#read) return undefined;
    if (take && this.#text !== null) this.#read = true;
    return this.#text;
  }
}

/** Fetch standard: these have no body. */
const BODILESS: readonly unknown[] = [204, 205, 304];

function isStatus(status: unknown, hasBody: boolean): status is number {
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) return false;
  return !hasBody || !BODILESS.includes(status);
}

/** A copy of what was given, where it is plain. */
function headersFrom(given: unknown): LightHeaders | undefined {
  if (LightHeaders.is(given)) return given.copy();
  const headers = new LightHeaders();
  if (given === undefined) return headers;
  if (typeof given !== 'object' || given === null) return undefined;
  const pairs = isRecord(given) ? Object.entries(given) : given instanceof Headers ? given : undefined;
  if (!pairs) return undefined;
  for (const [name, value] of pairs) if (!headers.put(name, value, true)) return undefined;
  return headers;
}

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0;
}
