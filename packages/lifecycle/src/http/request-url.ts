/** What a Host header may not hold: anything that would end the authority of a URL, or name a user in it. */
const NOT_IN_HOST = /[\s/\\?#@]/;

/**
 * The URL that a request asks for; `undefined` when target or host is malformed. A host is checked by itself: `x/admin?` would
 * otherwise become a part of the path.
 */
export function requestUrl(proto: 'http' | 'https', host: string, target: string): URL | undefined {
  if (!target.startsWith('/') || NOT_IN_HOST.test(host)) return undefined;
  return URL.parse(`${proto}://${host || 'localhost'}${target}`) ?? undefined;
}
