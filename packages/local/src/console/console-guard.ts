import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { refuseForeign } from '../core/web-guard.ts';

/** The answer to a request that may not see the console. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Lets one browser in: the one that opened the printed address. */
export interface ConsoleGuard {
  /** The query that the printed address has. */
  readonly query: string;
  /** The cookie for a request whose query has the token; undefined for any other. */
  cookieFor(search: URLSearchParams): string | undefined;
  /** The reason to refuse; undefined for a request that may go on. */
  refuse(request: IncomingMessage, url: URL): Refusal | undefined;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * A guard with a new token. The name of the cookie has the port: browsers share cookies between the
 * ports of a host, and two consoles would log each other out.
 */
export function createConsoleGuard(port: number): ConsoleGuard {
  const token = randomBytes(24).toString('base64url');
  const name = `twelvefold-console-${port}`;
  const isToken = (text: string) => timingSafeEqual(digest(text), digest(token));
  const hasCookie = (header = '') =>
    header.split(';').some((pair) => {
      const [key, value = ''] = pair.trim().split('=');
      return key === name && isToken(value);
    });
  return {
    query: `token=${token}`,
    cookieFor: (search) =>
      isToken(search.get('token') ?? '') ? `${name}=${token}; HttpOnly; SameSite=Strict; Path=/` : undefined,
    refuse: ({ method = 'GET', headers }, url) => {
      const foreign = refuseForeign(
        {
          method,
          path: '/',
          search: new URLSearchParams(),
          headers: plain({ ...headers, 'content-type': undefined }),
          body: Buffer.alloc(0),
        },
        [],
      );
      if (foreign !== undefined) return { status: 403, message: 'Paste the address that twelvefold dev printed.' };
      if (hasCookie(headers.cookie) || isToken(url.searchParams.get('token') ?? '')) return undefined;
      return { status: 401, message: 'Open the address that twelvefold dev printed: it has the token.' };
    },
  };
}

function plain(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
