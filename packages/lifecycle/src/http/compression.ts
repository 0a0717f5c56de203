import { plainText } from './light/plain-parts.ts';

/** Bytes below which compressing costs more than it saves: a response of one packet stays one. */
export const COMPRESS_FROM_BYTES = 1_024;

/** What becomes smaller; images, archives and fonts are compressed already, and an event stream must not be held back. */
const COMPRESSIBLE =
  /^(?!text\/event-stream)(text\/|application\/(json|javascript|xml|wasm|x-ndjson|x-www-form-urlencoded)|image\/svg\+xml|[^;]*\+(json|xml|text))/i;

/** Whether the client takes gzip and the response may be compressed; the same on every host. Size is the host's to see. */
export function mayCompress(acceptEncoding: string | null | undefined, response: Response): boolean {
  const { headers } = response;
  const text = plainText(response);
  return (
    (text === undefined ? response.body : text) !== null &&
    COMPRESSIBLE.test(headers.get('content-type') ?? '') &&
    !headers.has('content-encoding') &&
    !headers.has('content-range') &&
    !/\bno-transform\b/i.test(headers.get('cache-control') ?? '') &&
    accepts(acceptEncoding)
  );
}

/** RFC 9110, section 12.5.3: a quality of 0 refuses; `*` stands for what is not named. */
function accepts(acceptEncoding: string | null | undefined): boolean {
  let any = false;
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding, ...params] = part.split(';').map((text) => text.trim());
    if (coding !== 'gzip' && coding !== 'x-gzip' && coding !== '*') continue;
    const taken = !params.some((param) => /^q=0(\.0*)?$/.test(param));
    if (coding !== '*') return taken;
    any = taken;
  }
  return any;
}

/** The headers of a response once its body is gzip: no length, a weak tag, and a word to caches. */
export function compressedHeaders(original: Headers): Headers {
  const headers = new Headers(original);
  headers.set('content-encoding', 'gzip');
  headers.delete('content-length');
  if (!/\baccept-encoding\b|\*/i.test(headers.get('vary') ?? '')) headers.append('vary', 'Accept-Encoding');
  const etag = headers.get('etag');
  if (etag?.startsWith('"')) headers.set('etag', `W/${etag}`);
  return headers;
}
