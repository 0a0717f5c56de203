import type { Answer, HttpRequest } from './http.ts';

/** `127.0.0.1:4566` without its port, in lower case; undefined if it is not a host. */
function hostnameOf(host: string): string | undefined {
  const name = /^(\[[0-9a-f:.%]+\]|[^:/?#@[\]\s]+)(?::\d+)?$/i.exec(host)?.[1];
  return name?.toLowerCase().replace(/\.$/, '');
}

/** An address cannot be rebound: only names are resolved by DNS. */
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.%]+\])$/;
const LOOPBACK_NAME = /^(.+\.)?localhost$/;

const isKnownHost = (name: string, hosts: readonly string[]) =>
  ADDRESS.test(name) || LOOPBACK_NAME.test(name) || hosts.some((host) => host.toLowerCase() === name);

/**
 * The media types that an HTML form can send, to any address and without a preflight (HTML, form
 * submission).
 */
const FORM_TYPE = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

const isControlPath = (path: string) => path.startsWith('/_twelvefold/') || path.startsWith('/moto-api/');

/**
 * Confirmation links are opened from wherever the message is read. Their token cannot be guessed.
 */
const isConfirmationLink = ({ method, search }: HttpRequest) =>
  method === 'GET' && search.get('Action') === 'ConfirmSubscription' && search.has('Token');

const refuse = (status: number, message: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ __type: 'ForbiddenException', message: `Cannot answer this request: ${message}` }),
});

/**
 * The reason to refuse a request, by the headers in which a browser says where it comes from;
 * undefined if there is none.
 */
function foreignPage(request: HttpRequest, host: string): string | undefined {
  if (isConfirmationLink(request)) return undefined;
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return `it comes from a web page of another origin (${origin})`;
  }
  if (site !== undefined && site !== 'none' && site !== 'same-origin') {
    return `it comes from a web page of another site (Sec-Fetch-Site: ${site})`;
  }
  return undefined;
}

/**
 * Refuses requests that a web page made: through a name that DNS rebinding points here, or from
 * another origin. Keys are not verified, so any page that a developer has open could otherwise read
 * and change everything. Undefined for all other requests.
 */
export function refuseForeign(request: HttpRequest, hosts: readonly string[]): Answer | undefined {
  const { headers, path } = request;
  const { host = '' } = headers;
  const name = hostnameOf(host);
  if (host !== '' && (name === undefined || !isKnownHost(name, hosts))) {
    return refuse(
      403,
      `its Host header names ${host}; allow that name with the option "hosts" (--allow-host), or use localhost`,
    );
  }
  const foreign = foreignPage(request, host);
  if (foreign !== undefined) return refuse(403, foreign);
  if (isControlPath(path) && FORM_TYPE.test(headers['content-type'] ?? '')) {
    return refuse(415, `its content type is ${headers['content-type']}; send JSON with content-type: application/json`);
  }
  return undefined;
}
