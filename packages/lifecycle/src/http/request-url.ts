/** What a Host header may not hold: anything that would end the authority of a URL, or name a user in it. */
const NOT_IN_HOST = /[\s/\\?#@]/;

/** What no percent-encoded path holds: HTTP APIs hand it over decoded, everybody else as it was sent. */
const NOT_IN_PATH = /[^\x21-\x7e]|["#<>?\\^`{|}]|%(?![0-9A-Fa-f]{2})/gu;

/** What most paths are: nothing to look at twice. */
const PLAIN = /^[\w/.~-]*$/;
/** A query that a URL takes as it is. */
const PLAIN_QUERY = /^[\w/.~=&+%*:,;@!$()?-]*$/;
/** A host that a URL takes as it is: no port, no capitals, no punycode, and no digit at its end, where an IPv4 address may be. */
const PLAIN_HOST = /^(?!.*xn--)(?:[a-z\d-]+\.)*[a-z][a-z-]*$/;

/** The parts of a request target. */
export interface RequestTarget {
  /** What may not stand in a path is encoded: a percent sign that encodes nothing, a decoded `?`, a backslash, which URLs take for a slash. */
  readonly path: string;
  /** Percent-encoded, without its question mark. */
  readonly query: string;
}

/**
 * The URL that a request asks for, as a URL is written, the same on every host; `undefined` when target or host is malformed. A host
 * is checked by itself: `x/admin?` would otherwise become a part of the path.
 *
 * @throws URIError for a path that is no text: half of a surrogate pair
 */
export function requestUrl(proto: 'http' | 'https', host: string, { path, query }: RequestTarget): string | undefined {
  if (!path.startsWith('/') || NOT_IN_HOST.test(host)) return undefined;
  const isPlain = PLAIN.test(path);
  // Nothing to parse: as it stands it is what a URL would come to. Dot segments it would take away.
  if (isPlain && !path.includes('/.') && PLAIN_HOST.test(host) && PLAIN_QUERY.test(query))
    return `${proto}://${host}${path}${query && `?${query}`}`;
  const encoded = isPlain ? path : path.replaceAll(NOT_IN_PATH, encodeURIComponent);
  const search = query.includes('#') ? query.replaceAll('#', '%23') : query;
  return URL.parse(`${proto}://${host || 'localhost'}${encoded}${search ? `?${search}` : ''}`)?.href;
}
