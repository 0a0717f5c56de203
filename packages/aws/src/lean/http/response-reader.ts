import { TransportFault } from './transport-fault.ts';

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; the values of a repeated header are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Whether the connection may carry another request. */
  readonly reusable: boolean;
}

export interface ResponseReader {
  /**
   * Takes bytes, of which it keeps a copy of what it needs; gives the response once it is whole.
   *
   * @throws TransportFault for what HTTP/1.1 does not allow.
   */
  push(chunk: Buffer): HttpResponse | undefined;
  /**
   * The connection ended: returns the response if its length is that of the connection. @throws
   * TransportFault if it is cut off.
   */
  end(): HttpResponse;
}

/** Node's own limit; the largest known heads of AWS are under 4 KB. */
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_CHUNK_LINE_BYTES = 1024;
/**
 * The first memory of a body that comes in pieces; it doubles from there. A length that is
 * announced may be a lie.
 */
const FIRST_BODY_BYTES = 64 * 1024;
const EMPTY = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');
/**
 * The characters that a reason and a value may have (RFC 9110, 5.5); a bare CR or LF is how headers
 * are smuggled.
 */
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const LENGTH = /^\d{1,15}$/;
/** Extensions are ignored, but they must be what RFC 9112 (7.1.1) allows. */
const CHUNK_LINE =
  /^([\dA-Fa-f]{1,8})(?:;[!#$%&'*+.^_`|~\dA-Za-z-]+(?:=(?:[!#$%&'*+.^_`|~\dA-Za-z-]+|"[\t\x20!#-[\]-~]*"))?)*$/;
/** Belong into the head (RFC 9110, 6.5.1). */
const FRAMING: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);
const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

interface Head {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly keepAlive: boolean;
}

type Body =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-end' };

/**
 * The response when `chunk` is all of it, as most are: nothing is copied and no reader is made.
 * `undefined` when it is for {@link createResponseReader} to say what it is.
 *
 * @throws TransportFault as the reader does.
 */
export function readWhole(chunk: Buffer, maxBodyBytes: number): HttpResponse | undefined {
  const end = chunk.indexOf(HEAD_END);
  if (end < 0 || end > MAX_HEAD_BYTES) return undefined;
  const head = parseHead(chunk.toString('latin1', 0, end));
  if (head.status < 200) return undefined;
  const framing = framingOf(head, maxBodyBytes);
  if (framing.kind !== 'length' || chunk.length !== end + 4 + framing.length) return undefined;
  return {
    status: head.status,
    headers: head.headers,
    text: chunk.toString('utf8', end + 4),
    reusable: head.keepAlive,
  };
}

/**
 * Reads one HTTP/1.1 response out of the bytes of a connection, strictly: what is ambiguous is
 * refused, never guessed.
 */
export function createResponseReader(maxBodyBytes: number): ResponseReader {
  let pending: Buffer = EMPTY; // not yet understood
  let head: Head | undefined;
  let framing: Body | undefined;
  /**
   * Its first `received` bytes are the body so far: a copy, since a list of one-byte chunks would
   * take 40 times their size.
   */
  let body: Buffer = EMPTY;
  let received = 0;
  let chunkLeft = -1; // -1: a size line is next
  let inTrailer = false;
  let trailerBytes = 0;

  const finish = (reusable: boolean): HttpResponse => {
    if (!head) throw malformed('a body without a head');
    const text = body.toString('utf8', 0, received);
    return { status: head.status, headers: head.headers, text, reusable: reusable && head.keepAlive };
  };

  const take = (bytes: Buffer): void => {
    const total = received + bytes.length;
    if (total > maxBodyBytes) throw oversize(maxBodyBytes);
    if (total > body.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(total, Math.min(maxBodyBytes, body.length * 2), FIRST_BODY_BYTES));
      body.copy(larger, 0, 0, received);
      body = larger;
    }
    bytes.copy(body, received);
    received = total;
  };

  const readHead = (): boolean => {
    for (;;) {
      const end = pending.indexOf(HEAD_END);
      if (end > MAX_HEAD_BYTES || (end < 0 && pending.length > MAX_HEAD_BYTES)) throw malformed('a head over 16 KB');
      // Anything but HTTP is refused at once, before its head would have ended.
      if (!'HTTP/1.'.startsWith(pending.toString('latin1', 0, Math.min(7, pending.length)))) {
        throw malformed('bytes that are not HTTP/1.1');
      }
      if (end < 0) return false;
      const parsed = parseHead(pending.toString('latin1', 0, end));
      pending = pending.subarray(end + 4);
      const found = framingOf(parsed, maxBodyBytes);
      if (parsed.status >= 200) {
        head = parsed;
        framing = found;
        return true;
      }
      // 1xx only announces. 101 would switch to a protocol that was not asked for.
      if (parsed.status === 101) throw malformed('a switch of protocols');
      if (!parsed.keepAlive) throw malformed('an end of the connection before the answer');
      if (pending.length === 0) return false;
    }
  };

  /** Lines and data of a chunked body; true at its end. */
  const readChunks = (): boolean => {
    for (;;) {
      if (chunkLeft > 0) {
        const bytes = pending.subarray(0, chunkLeft);
        take(bytes);
        pending = pending.subarray(bytes.length);
        chunkLeft -= bytes.length;
        if (chunkLeft > 0) return false;
      }
      const end = pending.indexOf('\r\n');
      if (end < 0) {
        if (pending.length > MAX_CHUNK_LINE_BYTES) throw malformed('a chunk line over 1 KB');
        return false;
      }
      const line = pending.toString('latin1', 0, end);
      pending = pending.subarray(end + 2);
      if (inTrailer) {
        if (line === '') return true;
        trailerBytes += line.length;
        if (trailerBytes > MAX_HEAD_BYTES) throw malformed('a trailer over 16 KB');
        const [name] = readField(line, 0, line.length);
        if (FRAMING.has(name)) throw malformed(`a ${name} behind the body`);
      } else if (chunkLeft === 0) {
        if (line !== '') throw malformed('a chunk longer than its size');
        chunkLeft = -1;
      } else {
        const size = CHUNK_LINE.exec(line)?.[1];
        if (size === undefined) throw malformed('a chunk without a size');
        chunkLeft = Number.parseInt(size, 16);
        if (received + chunkLeft > maxBodyBytes) throw oversize(maxBodyBytes);
        inTrailer = chunkLeft === 0;
      }
    }
  };

  const read = (): HttpResponse | undefined => {
    if (!framing && !readHead()) return undefined;
    if (framing?.kind === 'length') {
      const bytes = pending.subarray(0, framing.length - received);
      take(bytes);
      pending = pending.subarray(bytes.length);
      // llhttp fails on bytes after the end. Here the answer counts, since it is whole, and the
      // connection is dropped.
      return received === framing.length ? finish(pending.length === 0) : undefined;
    }
    if (framing?.kind === 'chunked') return readChunks() ? finish(pending.length === 0) : undefined;
    take(pending);
    pending = EMPTY;
    return undefined;
  };

  return {
    push(chunk) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const response = read();
      if (response === undefined && pending.length > 0) pending = Buffer.from(pending); // the next bytes overwrite these
      return response;
    },
    end() {
      if (framing?.kind === 'until-end') return finish(false);
      throw new TransportFault('broken', 'The connection ended before the answer did', { sent: true });
    },
  };
}

function parseHead(text: string): Head {
  let end = text.indexOf('\r\n');
  const status = STATUS_LINE.exec(end < 0 ? text : text.slice(0, end));
  if (!status) throw malformed('a malformed status line');
  const headers: Record<string, string> = Object.create(null);
  while (end >= 0) {
    const start = end + 2;
    end = text.indexOf('\r\n', start);
    const [key, value] = readField(text, start, end < 0 ? text.length : end);
    const before = headers[key];
    headers[key] = before === undefined ? value : `${before}, ${value}`;
  }
  const connection = headers.connection?.toLowerCase() ?? '';
  const keepAlive = status[1] === '1' ? !/\bclose\b/.test(connection) : /\bkeep-alive\b/.test(connection);
  return { status: Number(status[2]), headers, keepAlive };
}

/** The lower-case name and the value of the header line from `start` to `end`. */
function readField(text: string, start: number, end: number): [name: string, value: string] {
  const colon = text.indexOf(':', start);
  const name = text.slice(start, colon);
  // A folded line begins with a space: forbidden since RFC 9112, and a way to hide a header.
  if (colon <= start || colon >= end || !HEADER_NAME.test(name)) throw malformed('a malformed header line');
  let from = colon + 1;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  const value = text.slice(from, to);
  if (!FIELD_VALUE.test(value)) throw malformed('control characters in a header');
  return [name.toLowerCase(), value];
}

/**
 * Only these two surround a value; `trim` would take a vertical tab and a no-break space away as
 * well.
 */
const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x09;

function framingOf({ status, headers }: Head, maxBodyBytes: number): Body {
  const length = headers['content-length'];
  const encoding = headers['transfer-encoding'];
  // A repeated length is refused even where the two are equal (RFC 9110, 8.6, allows either).
  if (length !== undefined && !LENGTH.test(length)) throw malformed('a length that is not one number');
  // Both at once is how responses are smuggled (RFC 9112, 6.3).
  if (length !== undefined && encoding !== undefined) throw malformed('both a length and a transfer encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') throw malformed('an unknown transfer encoding');
  if (status === 204 || status === 304) return { kind: 'length', length: 0 };
  if (encoding !== undefined) return { kind: 'chunked' };
  if (length === undefined) return { kind: 'until-end' };
  const bytes = Number(length);
  if (bytes > maxBodyBytes) throw oversize(maxBodyBytes);
  return { kind: 'length', length: bytes };
}

const malformed = (what: string) =>
  new TransportFault('malformed', `The endpoint answered with ${what}`, { sent: true });

const oversize = (bound: number) =>
  new TransportFault('oversize', `The answer is larger than ${bound} bytes`, { sent: true });
