import type { IncomingMessage } from 'node:http';
import { requestUrl } from '../../http/request-url.ts';

const BODILESS = new Set(['GET', 'HEAD']);

/** A WHATWG request from Node's, with the whole body read, up to `limitBytes`. */
export async function readRequest(
  incoming: IncomingMessage,
  limitBytes: number,
): Promise<Request | 'too large' | 'malformed'> {
  const method = incoming.method ?? 'GET';
  // RFC 9112, 3.2: a server must refuse it.
  if (incoming.headers.host === undefined && incoming.httpVersion === '1.1') return 'malformed';
  const proto = incoming.headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  const [, path = '', query = ''] = /^([^?]*)\??(.*)$/s.exec(incoming.url ?? '') ?? [];
  const url = requestUrl(proto, incoming.headers.host ?? '', { path, query });
  if (!url) return 'malformed';

  if (Number(incoming.headers['content-length'] ?? 0) > limitBytes) return 'too large';
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early must not destroy the connection: the answer still has to go out on it.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) return 'too large';
    chunks.push(chunk);
  }

  try {
    const headers = new Headers();
    for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
      headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
    }
    return new Request(url, {
      method,
      headers,
      ...(size > 0 && !BODILESS.has(method) ? { body: Buffer.concat(chunks) } : {}),
    });
  } catch {
    // CONNECT, TRACE and the like, which WHATWG forbids.
    return 'malformed';
  }
}
