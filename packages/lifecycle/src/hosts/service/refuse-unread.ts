import type { Duplex } from 'node:stream';
import { correlationIdFrom } from '../../correlation.ts';
import type { RequestRefusal } from '../../http/http-service.ts';
import type { Refusal } from '../../http/limits.ts';
import { refuse } from '../../http/limits.ts';

/**
 * Answers, on its bare connection, a request that Node's parser refused, and closes the connection.
 */
export async function refuseUnread(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  onRefusal: (refusal: RequestRefusal) => void,
): Promise<void> {
  // Nothing is left to answer on a connection that broke.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const correlationId = correlationIdFrom(undefined);
  const response = refuse(refusalOf(error.code), correlationId);
  onRefusal({ status: response.status, correlationId });
  const body = await response.text();
  const head = [
    `HTTP/1.1 ${response.status} ${TITLES[response.status] ?? 'Bad Request'}`,
    ...[...response.headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function refusalOf(code: string | undefined): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers too large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'too slow' : 'malformed';
}
