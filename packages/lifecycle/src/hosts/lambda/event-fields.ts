import { CORRELATION_HEADER, correlationIdFrom } from '../../correlation.ts';
import type { RequestContext } from '../../http/http-service.ts';
import { lightRequest } from '../../http/light/light-requests.ts';
import type { Refusal } from '../../http/limits.ts';
import { BODY_LIMIT_BYTES, HEADER_LIMIT_BYTES, refuse } from '../../http/limits.ts';
import { forwardedProto, requestUrl, withoutBase } from '../../http/request-target.ts';
import type { EventAnswer } from './event-result.ts';

export type Pair = [name: string, value: string];
type Single = Readonly<Record<string, string | undefined>> | null | undefined;
type Multi = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;

/** A front of Lambda: how its events become requests and its results are made. */
export interface EventFormat<Event, Result> {
  matches(event: unknown): event is Event;
  /** @throws TypeError for a field of another type */
  fields(event: Event): EventFields;
  context(event: Event): RequestContext;
  result(answer: EventAnswer, event: Event): Result;
  /**
   * Bytes that the result may have as JSON: what Lambda, or the load balancer before it, carries.
   */
  readonly limitBytes: number;
}

/** The parts of an HTTP event, whatever its shape. */
export interface EventFields {
  readonly method: string;
  /** Wins over the Host header when there is one. */
  readonly domainName?: string | null | undefined;
  /** Some fronts decode it. */
  readonly path: string;
  /** Percent-encoded, without its question mark. */
  readonly query: string;
  readonly headers: readonly Pair[];
  readonly body: string | null | undefined;
  readonly isBase64Encoded: boolean | null | undefined;
}

/** A request from an event, or the answer that its size, its encoding or a header leads to. */
export function eventRequest(fields: EventFields, basePath?: string): Request | Response {
  const refused = (why: Refusal) => refuse(why, correlationIdFrom(headerOf(fields.headers, CORRELATION_HEADER)));
  try {
    const { method } = fields;
    const body = bodyOf(fields);
    if (body !== undefined && Buffer.byteLength(body) > BODY_LIMIT_BYTES) return refused('body too large');
    if (typeof fields.query !== 'string') return refused('malformed');
    let headerBytes = fields.path.length + fields.query.length;
    // As in a request on a socket: a colon, a space, a line's end.
    for (const [name, value] of fields.headers) headerBytes += name.length + value.length + 4;
    if (headerBytes > HEADER_LIMIT_BYTES) return refused('headers too large');
    const proto = forwardedProto(headerOf(fields.headers, 'x-forwarded-proto'), 'https');
    const host = fields.domainName ?? headerOf(fields.headers, 'host') ?? '';
    if (typeof host !== 'string') return refused('malformed');
    const path = withoutBase(fields.path, basePath);
    const url = requestUrl(proto, host, { path, query: fields.query }, method);
    if (!url) return refused('malformed');
    const sent = method === 'GET' || method === 'HEAD' ? undefined : body;
    const light = typeof sent === 'object' ? undefined : lightRequest(url, method, fields.headers, sent);
    if (light) return light;
    // As bytes: a text would bring a content type along.
    const request = new Request(url, { method, ...(sent === undefined ? {} : { body: Buffer.from(sent) }) });
    // Into its own, because a request copies those that it is given, one by one.
    for (const [name, value] of fields.headers) request.headers.append(name, inBytes(value));
    return request;
  } catch {
    // What Headers, Request or encodeURIComponent refuse came from the client, and so did parts of
    // other types.
    return refused('malformed');
  }
}

/**
 * @throws TypeError for a body of another type, and for malformed base64: Node would leave out what
 * it cannot read.
 */
function bodyOf({ body, isBase64Encoded }: EventFields): string | Buffer | undefined {
  if (typeof (isBase64Encoded ?? false) !== 'boolean') throw new TypeError('isBase64Encoded is not a boolean');
  if (body === undefined || body === null || body === '') return undefined;
  if (typeof body !== 'string') throw new TypeError('The body is not a string');
  if (!isBase64Encoded) return body;
  const bytes = Buffer.from(body, 'base64');
  if (body.length % 4 !== 0 || bytes.length !== Buffer.byteLength(body, 'base64'))
    throw new TypeError('The body is not base64');
  return bytes;
}

/** All values of a header, as `Headers.get` would join them; `wanted` is in lower case. */
export function headerOf(headers: readonly Pair[], wanted: string): string | undefined {
  let all: string | undefined;
  for (const [name, value] of headers) {
    if (name.length !== wanted.length || name.toLowerCase() !== wanted) continue;
    all = all === undefined ? value.trim() : `${all}, ${value.trim()}`;
  }
  return all;
}

/**
 * Headers hold bytes: text beyond Latin-1 becomes its UTF-8 bytes, as a socket would have brought
 * it.
 */
function inBytes(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of Latin-1 begins at 0
  return /^[\u0000-\u00ff]*$/.test(value) ? value : Buffer.from(value).toString('latin1');
}

/**
 * Name and value of everything in an event's maps. The map with several values per name wins,
 * because the other one holds only the last.
 *
 * @throws TypeError for maps, lists and values of other types
 */
export function pairs(multi: Multi, single: Single): Pair[] {
  const all: Pair[] = [];
  if (multi) {
    for (const name of namesOf(multi)) {
      const values = multi[name];
      if (!Array.isArray(values)) throw new TypeError(`The values of '${name}' are not a list`);
      for (const value of values) all.push([name, text(name, value)]);
    }
  } else if (single) {
    for (const name of namesOf(single)) if (single[name] !== undefined) all.push([name, text(name, single[name])]);
  }
  return all;
}

function namesOf(map: object): string[] {
  if (typeof map !== 'object' || Array.isArray(map)) throw new TypeError('Headers or parameters are not a map');
  return Object.keys(map);
}

function text(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`The value of '${name}' is not a string`);
  return value;
}
