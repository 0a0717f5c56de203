import type { Duplex } from 'node:stream';
import { headersTooLarge } from '../../http/header-limit.ts';
import { malformedRequest } from '../../http/malformed-request.ts';
import { problem } from '../../http/problem.ts';

/** Answers, on its bare connection, a request that Node's parser refused, and closes the connection. */
export async function refuseUnread(error: NodeJS.ErrnoException, socket: Duplex): Promise<void> {
  // A connection that broke has nobody to answer.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const response = answerTo(error.code);
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

function answerTo(code: string | undefined): Response {
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge();
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem({ status: 408, title: 'Request Timeout' });
  return malformedRequest();
}
