import { CORRELATION_HEADER } from '../correlation.ts';
import type { CompressionFacts } from './compression.ts';
import { eachHeader, plainText } from './light/plain-values.ts';

const NO_COOKIES: readonly string[] = [];

/**
 * The head of an answer as a host sends it. Framing is the host's: headers for one connection only
 * never pass (RFC 9110, section 7.6.1), nor does an encoding that the body does not have.
 */
export class Frame implements CompressionFacts {
  readonly status: number;
  /** Name, value, name, value... in lower case, without length, encoding and cookies. */
  readonly fields: string[] = [];
  cookies: readonly string[] = NO_COOKIES;
  /** The length that the app gave the body. */
  length: number | undefined;
  encoding: string | undefined;
  type: string | undefined;
  cacheControl: string | undefined;
  isRange = false;
  readonly #correlationId: string | undefined;
  #etag = -1;
  #vary = -1;
  #named: string | undefined;

  constructor(response: Response, correlationId: string | undefined) {
    this.#correlationId = correlationId;
    this.status = response.status;
    eachHeader(response.headers, (value, name) => this.#add(name, value));
    if (this.#named !== undefined) this.#dropNamed(this.#named);
    if (correlationId !== undefined) this.fields.push(CORRELATION_HEADER, correlationId);
    // Node has decoded what it fetched. A light response was not fetched, and has no url without
    // its platform's object.
    if (this.encoding !== undefined && plainText(response) === undefined && response.url !== '') this.dropEncoding();
  }

  #add(name: string, value: string): void {
    switch (name) {
      case 'connection':
        this.#named = value.toLowerCase();
        return;
      case 'keep-alive':
      case 'proxy-connection':
      case 'te':
      case 'trailer':
      case 'transfer-encoding':
      case 'upgrade':
        return;
      case CORRELATION_HEADER:
        if (this.#correlationId !== undefined) return;
        break;
      case 'content-length':
        this.length = /^\d+$/.test(value) ? Number(value) : undefined;
        return;
      case 'content-encoding':
        this.encoding = value;
        return;
      case 'set-cookie':
        this.cookies = [...this.cookies, value];
        return;
      case 'content-type':
        this.type = value;
        break;
      case 'cache-control':
        this.cacheControl = value;
        break;
      case 'content-range':
        this.isRange = true;
        break;
      case 'etag':
        this.#etag = this.fields.length;
        break;
      case 'vary':
        this.#vary = this.fields.length;
        break;
    }
    this.fields.push(name, value);
  }

  /** Drops the headers that `Connection` names. */
  #dropNamed(named: string): void {
    const names = new Set(named.split(',').map((name) => name.trim()));
    const included: string[] = [];
    for (let index = 0; index < this.fields.length; index += 2) {
      const [name = '', value = ''] = this.fields.slice(index, index + 2);
      if (!names.has(name)) included.push(name, value);
    }
    this.fields.splice(0, this.fields.length, ...included);
    this.#etag = included.findIndex((text, index) => index % 2 === 0 && text === 'etag');
    this.#vary = included.findIndex((text, index) => index % 2 === 0 && text === 'vary');
  }

  /** The body is not encoded as its header says; the length is that of the encoded one. */
  dropEncoding(): void {
    this.encoding = undefined;
    this.length = undefined;
  }

  /** The body is gzip from here on: its entity tag is weak, and caches learn what it depends on. */
  compress(): void {
    this.encoding = 'gzip';
    this.length = undefined;
    const { fields } = this;
    const etag = fields[this.#etag + 1];
    if (this.#etag >= 0 && etag?.startsWith('"')) fields[this.#etag + 1] = `W/${etag}`;
    if (this.#vary < 0) fields.push('vary', 'Accept-Encoding');
    else if (!/\baccept-encoding\b|\*/i.test(fields[this.#vary + 1] ?? ''))
      fields[this.#vary + 1] += ', Accept-Encoding';
  }
}

/** Statuses whose answers never have a body (Fetch standard, null body status). */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

/** Whether the bytes begin as gzip does (RFC 1952, section 2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
