import { connect } from 'node:net';
import type { Answer, Asked } from './fronts.ts';

/**
 * The bytes of a request on a socket. Node's own clients would refuse to send most of what a test
 * of refusals sends.
 */
export function requestBytes({ method, path, query, headers = [], body, isBase64Encoded = false }: Asked): Buffer {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  const target = query ? `${path}?${query}` : path;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'host: probe.example',
    'connection: close',
    `content-length: ${bytes.length}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

/** Sends bytes to a server and reads the one answer, until the server closes. */
export async function sendBytes(url: string, bytes: Buffer): Promise<Answer> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    // A server that refuses early may reset what is still on its way to it: its answer is here by
    // then, or nothing is.
    socket.on('error', (error) => (chunks.length > 0 ? resolve() : reject(error)));
    socket.on('close', () => resolve());
  });
  const text = Buffer.concat(chunks).toString('utf8');
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = new Headers(fields.map((field) => field.split(/: ?(.*)/s).slice(0, 2) as [string, string])); // name and the rest
  const type = headers.get('content-type');
  const body =
    headers.get('transfer-encoding') === 'chunked' ? unchunked(rest.join('\r\n\r\n')) : rest.join('\r\n\r\n');
  return { status: Number(line.split(' ')[1]), type, body: type?.includes('json') ? JSON.parse(body) : body };
}

function unchunked(text: string): string {
  let body = '';
  let left = text;
  for (;;) {
    const [, size = '0', rest = ''] = /^([0-9a-f]+)\r\n(.*)$/s.exec(left) ?? [];
    const length = Number.parseInt(size, 16);
    if (length === 0) return body;
    body += rest.slice(0, length);
    left = rest.slice(length + 2);
  }
}
