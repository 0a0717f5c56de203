/** Bytes below which compressing costs more than it saves: a response of one packet stays one. */
export const COMPRESS_FROM_BYTES = 1_024;

/**
 * Types that become smaller. Images, archives and fonts are compressed already, and an event stream
 * must not be held back.
 */
const COMPRESSIBLE =
  /^(?!text\/event-stream)(text\/|application\/(json|javascript|xml|wasm|x-ndjson|x-www-form-urlencoded)|image\/svg\+xml|[^;]*\+(json|xml|text))/i;

/** The headers of an answer that decide whether it may be compressed. */
export interface CompressionFacts {
  readonly type: string | undefined;
  readonly encoding: string | undefined;
  readonly cacheControl: string | undefined;
  readonly isRange: boolean;
}

/**
 * Whether the client takes gzip and the answer may be compressed; the same on every host. The host
 * checks the size.
 */
export function mayCompress(acceptEncoding: string | undefined, facts: CompressionFacts): boolean {
  return (
    acceptEncoding !== undefined &&
    facts.encoding === undefined &&
    !facts.isRange &&
    COMPRESSIBLE.test(facts.type ?? '') &&
    !/\bno-transform\b/i.test(facts.cacheControl ?? '') &&
    accepts(acceptEncoding)
  );
}

/** RFC 9110, section 12.5.3: a quality of 0 refuses; `*` stands for what is not named. */
function accepts(acceptEncoding: string): boolean {
  let any = false;
  for (const part of acceptEncoding.toLowerCase().split(',')) {
    const [coding, ...params] = part.split(';').map((text) => text.trim());
    if (coding !== 'gzip' && coding !== 'x-gzip' && coding !== '*') continue;
    const accepted = !params.some((param) => /^q=0(\.0*)?$/.test(param));
    if (coding !== '*') return accepted;
    any = accepted;
  }
  return any;
}
