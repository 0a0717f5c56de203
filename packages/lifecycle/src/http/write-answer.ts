import { COMPRESS_FROM_BYTES, mayCompress } from './compression.ts';
import { CLIENT_GONE } from './exchange.ts';
import { Frame, isBodiless, isGzip } from './frame.ts';
import { takePlainText } from './light/plain-values.ts';

/**
 * Takes the bytes of an answer: Node's `ServerResponse`, or the response stream of a Lambda
 * function.
 */
export interface AnswerSink {
  /** True once the client has gone or the answer has broken off. */
  readonly destroyed: boolean;
  /** @param fields - name, value, name, value... */
  writeHead(status: number, fields: string[]): unknown;
  /** False until the next 'drain' when it holds enough. */
  write(bytes: Uint8Array): boolean;
  end(body?: Uint8Array): unknown;
  /** @param encoding - `latin1` for a text of ASCII */
  end(body: string, encoding: 'latin1' | 'utf8'): unknown;
  /** Breaks the answer off, so that its client cannot take it for whole. */
  destroy(): unknown;
  on(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

/** The part of a request that its answer depends on. */
export interface AnsweredRequest {
  readonly method: string;
  readonly path: string;
  /** A header's value; `name` is in lower case. */
  header(name: string): string | undefined;
}

/** The part of a host that writing an answer uses. */
export interface AnswerHost {
  /** Answers close their connection. */
  readonly draining: boolean;
  /** The client does not take its answer, of which `bytes` are held. */
  stalls(request: AnsweredRequest, bytes: number): void;
  /** The client takes its answer again. */
  flows(request: AnsweredRequest): void;
  warn(message: string): void;
  /** An answer broke off although its client was there. */
  fail(error: unknown): void;
}

/**
 * Bytes that are handed to a socket at once: what a slow reader makes the process hold beside the
 * answer itself.
 */
const SLICE_BYTES = 65_536;
/** A UTF-16 unit takes at most so many bytes in UTF-8. */
const BYTES_PER_UNIT = 3;
/**
 * The second read of a body that was made of a text is done within so many microtasks (Node 22 and
 * 24): no stream is.
 */
const TEXT_MICROTASKS = 4;

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/**
 * Writes one answer: a known body with its head in one piece, a stream piece by piece as its client
 * takes it.
 */
export class AnswerWriter {
  readonly #request: AnsweredRequest;
  readonly #outgoing: AnswerSink;
  readonly #host: AnswerHost;
  #reader: Reader | undefined;
  #isEventStream = false;
  #ended = false;

  constructor(request: AnsweredRequest, outgoing: AnswerSink, host: AnswerHost) {
    this.#request = request;
    this.#outgoing = outgoing;
    this.#host = host;
  }

  write(response: Response, correlationId: string): void {
    try {
      const frame = new Frame(response, correlationId);
      const text = takePlainText(response);
      if (text !== undefined) this.#writeText(frame, text);
      else if (response.body === null) this.#writeKnown(frame, undefined);
      else void this.#writeBody(frame, response.body).catch((error: unknown) => this.#broke(error));
    } catch (error) {
      this.#broke(error);
    }
  }

  /** The client has gone: cancels the source of the body. */
  cancel(): void {
    this.#reader?.cancel(CLIENT_GONE).catch(() => undefined);
  }

  /**
   * No time is left for what is still to come of the answer: an event stream ends, any other answer
   * breaks off.
   */
  expire(reason: Error): void {
    if (this.#isEventStream) this.endEventStream();
    else if (!this.#ended) {
      this.#broke(reason);
      this.#ended = true;
    }
  }

  /** Ends an event stream as its producer would: its clients connect again. */
  endEventStream(): void {
    if (!this.#isEventStream || this.#ended) return;
    this.#ended = true;
    this.#reader?.cancel(new Error('The service is stopping')).catch(() => undefined);
    this.#outgoing.end();
  }

  #writeText(frame: Frame, text: string | null): void {
    if (frame.encoding === 'gzip' && text !== null) this.#warnOfEncoding(frame);
    if (text === null) this.#writeKnown(frame, undefined);
    else if (text.length * BYTES_PER_UNIT < COMPRESS_FROM_BYTES) this.#writeKnown(frame, text);
    else if (this.#request.method === 'HEAD' || this.#compresses(frame)) this.#writeBytes(frame, Buffer.from(text));
    else this.#writeKnown(frame, text);
  }

  #writeBytes(frame: Frame, bytes: Buffer): void {
    if (bytes.length < COMPRESS_FROM_BYTES || !this.#compresses(frame)) this.#writeKnown(frame, bytes);
    // A response to HEAD has no length then: the compressed one is not known.
    else if (this.#request.method === 'HEAD') this.#writeKnown(frame, undefined);
    else void this.#writeCompressed(frame, bytes).catch((error: unknown) => this.#broke(error));
  }

  async #writeCompressed(frame: Frame, bytes: Buffer): Promise<void> {
    const { gzip } = await import('node:zlib');
    const compressed = await new Promise<Buffer>((resolve, reject) => {
      gzip(bytes, (error, result) => (error ? reject(error) : resolve(result)));
    });
    frame.compress();
    if (!this.#outgoing.destroyed) this.#writeKnown(frame, compressed);
  }

  #compresses(frame: Frame): boolean {
    return mayCompress(this.#request.header('accept-encoding'), frame);
  }

  /** An answer whose body is here, or that has none. */
  #writeKnown(frame: Frame, body: string | Buffer | undefined): void {
    const outgoing = this.#outgoing;
    const isHead = this.#request.method === 'HEAD';
    const bytes = body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    let length: number | undefined = bytes;
    // RFC 9110, section 8.6: HEAD and 304 may say the length that the body would have; 204 says
    // none.
    if (isHead) length = body === undefined ? frame.length : bytes;
    else if (frame.status === 304) length = frame.length;
    else if (frame.status === 204) length = undefined;
    this.#writeHead(frame, length);
    if (body === undefined || isHead || isBodiless(frame.status)) outgoing.end();
    else if (bytes > SLICE_BYTES)
      void (typeof body === 'string' ? this.#writeTextSlices(body) : this.#writeSlices(body)).catch((error: unknown) =>
        this.#broke(error),
      );
    else if (typeof body !== 'string') outgoing.end(body);
    // A text of ASCII is copied as it is.
    else outgoing.end(body, bytes === body.length ? 'latin1' : 'utf8');
  }

  async #writeSlices(bytes: Buffer): Promise<void> {
    await this.#send(bytes);
    this.#outgoing.end();
  }

  /** Encodes a text slice by slice, as its client takes it. */
  async #writeTextSlices(text: string): Promise<void> {
    for (let from = 0; from < text.length; ) {
      let to = from + SLICE_BYTES;
      if (isHighSurrogate(text.charCodeAt(to - 1))) to += 1;
      await this.#send(Buffer.from(text.slice(from, to)), Math.max(0, text.length - to));
      from = to;
    }
    this.#outgoing.end();
  }

  #writeHead(frame: Frame, length: number | undefined): void {
    const { fields, cookies, encoding } = frame;
    if (encoding !== undefined) fields.push('content-encoding', encoding);
    if (length !== undefined) fields.push('content-length', String(length));
    for (const cookie of cookies) fields.push('set-cookie', cookie);
    if (this.#host.draining) fields.push('connection', 'close');
    this.#outgoing.writeHead(frame.status, fields);
  }

  /** A stream, unless its second read shows that it is a text. */
  async #writeBody(frame: Frame, body: ReadableStream<Uint8Array>): Promise<void> {
    if (this.#request.method === 'HEAD' || isBodiless(frame.status)) {
      this.#writeHead(frame, frame.status === 204 ? undefined : frame.length);
      this.#outgoing.end();
      await body.cancel(new Error('The answer has no body'));
      return;
    }
    const reader: Reader = body.getReader();
    this.#reader = reader;
    const first = await reader.read();
    if (first.done) return this.#writeKnown(frame, undefined);
    if (frame.encoding === 'gzip' && !isGzip(first.value)) this.#warnOfEncoding(frame);
    let second: Awaited<ReturnType<Reader['read']>> | undefined;
    const reading = reader.read();
    reading.then(
      (result) => {
        second = result;
      },
      () => {},
    );
    for (let round = 0; round < TEXT_MICROTASKS && second === undefined; round += 1) await undefined;
    if (this.#outgoing.destroyed) return void reader.cancel(CLIENT_GONE);
    if (second?.done) return this.#writeBytes(frame, bufferOf(first.value));
    await this.#writeStream(frame, first.value, reading, reader);
  }

  async #writeStream(
    frame: Frame,
    first: Uint8Array,
    reading: ReturnType<Reader['read']>,
    reader: Reader,
  ): Promise<void> {
    this.#isEventStream = frame.type?.startsWith('text/event-stream') === true;
    if (this.#compresses(frame)) return this.#compressStream(frame, first, reading, reader);
    this.#writeHead(frame, frame.length);
    let sent = first.length;
    const check = () => {
      if (frame.length !== undefined && sent > frame.length) throw lengthError(frame.length, 'more');
    };
    check();
    await this.#send(bufferOf(first));
    for (let piece = await reading; !piece.done; piece = await reader.read()) {
      sent += piece.value.length;
      check();
      await this.#send(bufferOf(piece.value));
    }
    if (this.#ended) return;
    if (frame.length !== undefined && sent < frame.length) throw lengthError(frame.length, `only ${sent}`);
    this.#ended = true;
    this.#outgoing.end();
  }

  /** Compresses piece by piece: an answer that is written bit by bit is read bit by bit. */
  async #compressStream(
    frame: Frame,
    first: Uint8Array,
    reading: ReturnType<Reader['read']>,
    reader: Reader,
  ): Promise<void> {
    const { constants, createGzip } = await import('node:zlib');
    const held: Uint8Array[] = [first];
    let size = first.length;
    let next = reading;
    while (size < COMPRESS_FROM_BYTES) {
      const piece = await next;
      if (piece.done) return this.#writeKnown(frame, Buffer.concat(held));
      held.push(piece.value);
      size += piece.value.length;
      next = reader.read();
    }
    frame.compress();
    this.#writeHead(frame, undefined);
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    const sending = (async () => {
      for await (const compressed of gzip) await this.#send(compressed as Buffer); // a stream of bytes
    })();
    sending.catch((error: unknown) => gzip.destroy(error as Error)); // what a stream or a socket threw
    const put = (bytes: Uint8Array) =>
      new Promise<void>((resolve, reject) => gzip.write(bytes, (error) => (error ? reject(error) : resolve())));
    for (const bytes of held) await put(bytes);
    for (let piece = await next; !piece.done; piece = await reader.read()) await put(piece.value);
    gzip.end();
    await sending;
    this.#ended = true;
    this.#outgoing.end();
  }

  /**
   * Hands bytes to the socket, slice by slice; resolves when it takes more. Nothing is sent to a
   * client that has gone.
   *
   * @param behind - bytes that are still to come of the same answer
   */
  async #send(bytes: Buffer, behind = 0): Promise<void> {
    const outgoing = this.#outgoing;
    const host = this.#host;
    for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
      if (this.#ended) return;
      if (outgoing.destroyed) throw CLIENT_GONE;
      if (outgoing.write(bytes.subarray(from, from + SLICE_BYTES))) continue;
      host.stalls(this.#request, bytes.length - from + behind);
      await new Promise<void>((resolve) => {
        const done = () => {
          outgoing.off('drain', done);
          outgoing.off('close', done);
          host.flows(this.#request);
          resolve();
        };
        outgoing.on('drain', done);
        outgoing.on('close', done);
      });
    }
  }

  #warnOfEncoding(frame: Frame): void {
    frame.dropEncoding();
    this.#host.warn(
      `Dropped 'content-encoding: gzip' of ${this.#request.method} ${this.#request.path}: the body is not gzip; fetch has decoded it, so leave the header out when you make a Response of its body`,
    );
  }

  /** An answer that cannot be finished. A broken connection is the client's own doing. */
  #broke(error: unknown): void {
    this.#reader?.cancel(error).catch(() => undefined);
    if (error !== CLIENT_GONE && !isBrokenConnection(error) && !this.#ended) this.#host.fail(error);
    this.#outgoing.destroy();
  }
}

/** The first half of a character that takes two units. */
function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function lengthError(length: number, wrote: string): Error {
  return new Error(
    `Cannot finish the answer: its content-length is ${length} and its body has ${wrote} bytes; leave the header out, or set the right length`,
  );
}

const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED']);

function isBrokenConnection(error: unknown): boolean {
  return BROKEN_CONNECTION.has(String((error as NodeJS.ErrnoException | undefined)?.code)); // only looked at
}
