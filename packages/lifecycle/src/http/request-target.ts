/**
 * Characters that a Host header may not hold: they would end the authority of a URL, or name a user
 * in it.
 */
const NOT_IN_HOST = /[\s/\\?#@]/;

/**
 * Characters that a percent-encoded path does not hold. HTTP APIs hand paths over decoded, other
 * fronts as they were sent.
 */
const NOT_IN_PATH = /[^\x21-\x7e]|["#<>?\\^`{|}]|%(?![0-9A-Fa-f]{2})/gu;

/** A path that needs no encoding: most paths. */
const PLAIN = /^[\w/.~-]*$/;
/** A query that a URL takes as it is. */
const PLAIN_QUERY = /^[\w/.~=&+%*:,;@!$()?-]*$/;
/**
 * A host that a URL takes as it is: no port, no capitals, no punycode, and no digit at its end,
 * where an IPv4 address may be.
 */
const PLAIN_HOST = /^(?!.*xn--)(?:[a-z\d-]+\.)*[a-z][a-z-]*$/;
const ABSOLUTE = /^(https?):\/\/([^/?#]*)(.*)$/is;

/** A request target, in parts. */
export interface RequestTarget {
  /**
   * Encoded where a path may not hold a character: a percent sign that encodes nothing, a decoded
   * `?`, a backslash, which URLs take for a slash.
   */
  readonly path: string;
  /** Percent-encoded, without its question mark. */
  readonly query: string;
}

/**
 * A request line's target, with the authority that an absolute one (RFC 9112, section 3.2.2) has.
 */
export function splitTarget(target: string): RequestTarget & { readonly authority?: string } {
  const [, , authority, rest = target] = target.startsWith('/') ? [] : (ABSOLUTE.exec(target) ?? []);
  const at = rest.indexOf('?');
  const path = at < 0 ? rest : rest.slice(0, at);
  const query = at < 0 ? '' : rest.slice(at + 1);
  return authority === undefined ? { path, query } : { path: path || '/', query, authority };
}

/**
 * The scheme that the client used, by `X-Forwarded-Proto`: its first entry, in any case. Proxies
 * append to it.
 *
 * @param otherwise - where the header is missing or has another scheme
 */
export function forwardedProto(header: string | undefined, otherwise: 'http' | 'https'): 'http' | 'https' {
  if (header === undefined) return otherwise;
  if (header === 'https' || header === 'http') return header;
  const first = header.split(',', 1)[0]?.trim().toLowerCase();
  return first === 'https' || first === 'http' ? first : otherwise;
}

/**
 * Hosts that a URL takes as they are or changes, by the form that it gives them. A service has few.
 */
const ORIGINS = new Map<string, string>();
const MOST_ORIGINS = 64;
/** The last one: a look into the map has to join and hash the text first. */
let last = { proto: 'http', host: '', origin: 'http://localhost' };

/**
 * The normal form of scheme and host, e.g. `https://shop.example:8443`; `undefined` for a host that
 * is malformed.
 */
function originOf(proto: 'http' | 'https', host: string): string | undefined {
  if (host === last.host && proto === last.proto) return last.origin;
  const origin = newOriginOf(proto, host);
  if (origin !== undefined) last = { proto, host, origin };
  return origin;
}

function newOriginOf(proto: 'http' | 'https', host: string): string | undefined {
  const written = `${proto}://${host}`;
  const known = ORIGINS.get(written);
  if (known !== undefined) return known;
  if (NOT_IN_HOST.test(host)) return undefined;
  const origin = PLAIN_HOST.test(host) ? written : URL.parse(`${proto}://${host || 'localhost'}`)?.origin;
  if (origin === undefined) return undefined;
  if (ORIGINS.size >= MOST_ORIGINS) ORIGINS.clear();
  ORIGINS.set(written, origin);
  return origin;
}

/**
 * The URL that a request asks for, as `URL` writes it and the same on every host; `undefined` when
 * target or host is malformed. The host is checked by itself: `x/admin?` would otherwise become a
 * part of the path. `OPTIONS *` has an empty path (RFC 9112, section 3.2.4).
 *
 * @throws URIError for a path with half of a surrogate pair
 */
export function requestUrl(
  proto: 'http' | 'https',
  host: string,
  { path, query }: RequestTarget,
  method = 'GET',
): string | undefined {
  const isServer = path === '*' && method === 'OPTIONS';
  if (!path.startsWith('/') && !isServer) return undefined;
  const origin = originOf(proto, host);
  if (origin === undefined) return undefined;
  if (isServer) return `${origin}/`;
  const isPlain = PLAIN.test(path);
  // Nothing to parse: this is what a URL would make of it. It would take dot segments away.
  if (isPlain && !path.includes('/.') && PLAIN_QUERY.test(query)) {
    return query === '' ? origin + path : `${origin}${path}?${query}`;
  }
  const encoded = isPlain ? path : path.replaceAll(NOT_IN_PATH, encodeURIComponent);
  const search = query.includes('#') ? query.replaceAll('#', '%23') : query;
  return URL.parse(`${origin}${encoded}${search ? `?${search}` : ''}`)?.href;
}

/** The path of a URL in normal form. */
export function pathOf(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2);
  const to = url.indexOf('?', from);
  return to < 0 ? url.slice(from) : url.slice(from, to);
}

/** The path below `basePath`, which may be `/` itself; a path that is not below it stays. */
export function withoutBase(path: string, basePath: string | undefined): string {
  if (basePath === undefined || !path.startsWith(basePath)) return path;
  const rest = path.slice(basePath.length);
  return rest === '' ? '/' : rest.startsWith('/') ? rest : path;
}
