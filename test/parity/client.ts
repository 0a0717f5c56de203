import type { RunningApp } from '../support/start-app.ts';

/** The parts of a response that a caller sees, with values that must differ replaced. */
export interface Seen {
  status: number;
  headers: Record<string, string>;
  cookies: string[];
  body: unknown;
}

/** Headers that a transport adds and a caller does not act on. */
const TRANSPORT = new Set([
  'apigw-requestid',
  'connection',
  'keep-alive',
  'date',
  'content-length',
  'transfer-encoding',
]);

/** A caller with a cookie jar of one, which sends the CSRF token that came with the cookie. */
export interface Client {
  send(
    method: string,
    path: string,
    options?: { body?: unknown; raw?: string; headers?: Record<string, string> },
  ): Promise<Seen>;
  cookie: string | undefined;
}

export function createClient(app: Pick<RunningApp, 'url'>): Client {
  const tokens = new Map<string, string>();
  const client: Client = {
    cookie: undefined,
    send: async (method, path, { body, raw, headers = {} } = {}) => {
      const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await fetch(`${app.url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          'sec-fetch-site': 'same-origin',
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
          ...(client.cookie === undefined ? {} : { cookie: client.cookie }),
          ...(method === 'GET' ? {} : csrf(client.cookie)),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
      });
      const cookies = response.headers.getSetCookie();
      const first = cookies[0]?.split(';')[0];
      if (first !== undefined) client.cookie = first;
      const token = response.headers.get('x-csrf-token');
      if (token !== null) {
        tokens.set(client.cookie ?? '', token);
      }
      const seen = await response.text();
      return {
        status: response.status,
        headers: Object.fromEntries(
          [...response.headers]
            .filter(([name]) => !TRANSPORT.has(name) && name !== 'set-cookie')
            .map(([name, value]) => [name, name === 'x-csrf-token' ? '<token>' : value]),
        ),
        cookies,
        body: response.headers.get('content-type')?.includes('json') ? JSON.parse(seen) : seen,
      };
    },
  };
  const csrf = (cookie = ''): Record<string, string> => {
    const token = tokens.get(cookie);
    return token === undefined ? {} : { 'x-csrf-token': token };
  };
  return client;
}
