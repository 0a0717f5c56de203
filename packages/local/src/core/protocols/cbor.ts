import type { Answer } from '../http.ts';
import type { CborProtocol } from '../service.ts';
import { ServiceError } from '../service-error.ts';

function head(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.from([type | value]);
  if (value < 0x100) return Buffer.from([type | 24, value]);
  if (value < 0x1_0000) return Buffer.from([type | 25, value >> 8, value & 0xff]);
  if (value < 0x1_0000_0000) {
    const bytes = Buffer.from([type | 26, 0, 0, 0, 0]);
    bytes.writeUInt32BE(value, 1);
    return bytes;
  }
  const bytes = Buffer.alloc(9, type | 27);
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
}

function encodeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value)) return value < 0 ? head(1, -1 - value) : head(0, value);
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([head(3, bytes.length), bytes]);
}

/**
 * `value` in CBOR (RFC 8949). Numbers in members that `times` names, alone or in lists, are times:
 * seconds under tag 1.
 */
export function encodeCbor(value: unknown, times: readonly string[], isTime = false): Buffer {
  if (value === null || value === undefined) return Buffer.from([0xf6]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === 'number') return isTime ? Buffer.concat([head(6, 1), encodeNumber(value)]) : encodeNumber(value);
  if (typeof value !== 'object') return encodeText(String(value));
  if (Array.isArray(value)) {
    return Buffer.concat([head(4, value.length), ...value.map((item) => encodeCbor(item, times, isTime))]);
  }
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const members = entries.flatMap(([name, member]) => [
    encodeText(name),
    encodeCbor(member, times, times.includes(name)),
  ]);
  return Buffer.concat([head(5, entries.length), ...members]);
}

// Deeper than any input shape of AWS; without a bound a few thousand bytes of `[` overflow the
// stack.
const MAX_DEPTH = 64;

/** The value of a half-precision float (RFC 8949, appendix D). */
function readHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const BREAK = Symbol('break');

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  #take(count: number): Buffer {
    if (count > this.#bytes.length - this.#at) throw new RangeError('it ends early');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** The argument of an item's head; undefined for an indefinite length. */
  #argument(info: number): number | undefined {
    if (info < 24) return info;
    if (info === 24) return this.#take(1).readUInt8();
    if (info === 25) return this.#take(2).readUInt16BE();
    if (info === 26) return this.#take(4).readUInt32BE();
    if (info === 27) return Number(this.#take(8).readBigUInt64BE());
    if (info === 31) return undefined;
    throw new RangeError('a length is reserved');
  }

  #bytesOf(major: number, length: number | undefined): Buffer {
    if (length !== undefined) return this.#take(length);
    const chunks: Buffer[] = [];
    for (;;) {
      const head = this.#take(1).readUInt8();
      if (head === 0xff) return Buffer.concat(chunks);
      const size = this.#argument(head & 31);
      if (head >> 5 !== major || size === undefined) throw new RangeError('a chunk is of another type');
      chunks.push(this.#take(size));
    }
  }

  #list(length: number | undefined, depth: number): unknown[] {
    const items: unknown[] = [];
    for (let count = 0; length === undefined || count < length; count += 1) {
      const item = this.read(depth + 1);
      if (item === BREAK) {
        if (length === undefined) break;
        throw new RangeError('a list ends early');
      }
      items.push(item);
    }
    return items;
  }

  #map(length: number | undefined, depth: number): Record<string, unknown> {
    const entries: Array<[string, unknown]> = [];
    for (let count = 0; length === undefined || count < length; count += 1) {
      const key = this.read(depth + 1);
      if (key === BREAK && length === undefined) break;
      if (typeof key !== 'string') throw new RangeError('a key is not a string');
      const value = this.read(depth + 1);
      if (value === BREAK) throw new RangeError('a map ends early');
      entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  #simple(info: number): unknown {
    if (info === 20) return false;
    if (info === 21) return true;
    if (info === 22 || info === 23) return null;
    if (info === 25) return readHalf(this.#take(2).readUInt16BE());
    if (info === 26) return this.#take(4).readFloatBE();
    if (info === 27) return this.#take(8).readDoubleBE();
    if (info === 31) return BREAK;
    throw new RangeError('a simple value is unknown');
  }

  read(depth = 0): unknown {
    if (depth > MAX_DEPTH) throw new RangeError('it is nested too deeply');
    const head = this.#take(1).readUInt8();
    const major = head >> 5;
    const info = head & 31;
    if (major === 7) return this.#simple(info);
    const argument = this.#argument(info);
    if (major === 4) return this.#list(argument, depth);
    if (major === 5) return this.#map(argument, depth);
    if (major === 2) return this.#bytesOf(2, argument).toString('base64');
    if (major === 3) return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytesOf(3, argument));
    if (argument === undefined) throw new RangeError('a number has no value');
    if (major === 0) return argument;
    if (major === 1) return -1 - argument;
    // A tag: the time of tag 1 is its number of seconds, others say nothing that an action needs.
    const tagged = this.read(depth + 1);
    if (tagged === BREAK) throw new RangeError('a tag has no value');
    return tagged;
  }
}

/**
 * One CBOR item (RFC 8949) as JSON would carry it: bytes in base64, tags left out.
 *
 * @throws RangeError, TypeError saying why not
 */
export function decodeCbor(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = reader.read();
  if (value === BREAK) throw new RangeError('it has no value');
  if (!reader.done) throw new RangeError('it has more than one value');
  return value;
}

/**
 * The input of a Smithy RPC v2 call.
 *
 * @throws ServiceError `SerializationException` for anything but a CBOR map
 */
export function decodeCborInput(body: Buffer, protocol: CborProtocol | undefined): Record<string, unknown> {
  if (body.length === 0) return {};
  let input: unknown;
  try {
    input = decodeCbor(body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('SerializationException', `The request body is not well-formed CBOR: ${reason}`);
  }
  if (protocol === undefined || typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new ServiceError('SerializationException', 'The request body must be a CBOR map');
  }
  return input as Record<string, unknown>; // narrowed on the lines above
}

const answer = (status: number, requestId: string, body: Buffer): Answer => ({
  status,
  headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId },
  body,
});

export const encodeCborAnswer = (protocol: CborProtocol | undefined, output: unknown, requestId: string): Answer =>
  answer(200, requestId, encodeCbor(output ?? {}, protocol?.times ?? []));

export function encodeCborError(error: ServiceError, requestId: string): Answer {
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  const { status, headers, body } = answer(
    error.status,
    requestId,
    encodeCbor({ __type: error.code, message: error.message, ...error.fields }, []),
  );
  return { status, body, headers: { ...headers, 'x-amzn-query-error': `${error.queryCode ?? error.code};${fault}` } };
}
