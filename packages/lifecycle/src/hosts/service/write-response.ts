import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { clientGone } from '../../http/client-gone.ts';
import { COMPRESS_FROM_BYTES, compressedHeaders, mayCompress } from '../../http/compression.ts';
import { plainText, takePlainText } from '../../http/light/plain-parts.ts';

/**
 * Writes a WHATWG response to Node's, each `Set-Cookie` as a header of its own, and as gzip where the client takes it and it is
 * worth it.
 */
export async function writeResponse(
  outgoing: ServerResponse,
  response: Response,
  acceptEncoding?: string | undefined,
): Promise<void> {
  const text = plainText(response);
  if (typeof text === 'string' && (text.length * 3 < COMPRESS_FROM_BYTES || !mayCompress(acceptEncoding, response))) {
    writeHead(outgoing, response.status, response.headers);
    outgoing.end(takePlainText(response));
    return;
  }
  if (!response.body) {
    writeHead(outgoing, response.status, response.headers);
    outgoing.end();
    return;
  }
  // The DOM's and Node's ReadableStream are one class with two type declarations.
  const body = response.body as ReadableStream<Uint8Array>;
  if (outgoing.req.method === 'HEAD' || !mayCompress(acceptEncoding, response)) {
    writeHead(outgoing, response.status, response.headers);
    await pipeline(Readable.fromWeb(body), outgoing);
    return;
  }
  const { small, chunks } = await upTo(COMPRESS_FROM_BYTES, body, outgoing);
  if (small) {
    writeHead(outgoing, response.status, response.headers);
    await pipeline(Readable.from(chunks), outgoing);
    return;
  }
  const { constants, createGzip } = await import('node:zlib');
  writeHead(outgoing, response.status, compressedHeaders(response.headers));
  // Each chunk goes out when it comes: an answer that is written bit by bit is read bit by bit.
  await pipeline(Readable.from(chunks), createGzip({ flush: constants.Z_SYNC_FLUSH }), outgoing);
}

function writeHead(outgoing: ServerResponse, status: number, headers: Headers): void {
  for (const [name, value] of headers) if (name !== 'set-cookie') outgoing.setHeader(name, value);
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
  outgoing.writeHead(status);
}

/** Reads until the body ends or has so many bytes, and gives all of it back: what was read, then the rest. */
async function upTo(
  bytes: number,
  body: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
): Promise<{ small: boolean; chunks: AsyncIterable<Uint8Array> }> {
  const reader = body.getReader();
  // Nothing is written yet that could fail: a client that hangs up now would leave the app to produce for nobody.
  const onClose = () => void reader.cancel(clientGone()).catch(() => undefined);
  if (outgoing.destroyed) onClose();
  outgoing.once('close', onClose);
  const read: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  while (!ended && size < bytes) {
    const { done, value } = await reader.read();
    if (done) ended = true;
    else {
      read.push(value);
      size += value.byteLength;
    }
  }
  outgoing.off('close', onClose);
  async function* chunks() {
    try {
      yield* read;
      while (!ended) {
        const { done, value } = await reader.read();
        if (done) ended = true;
        else yield value;
      }
    } finally {
      if (!ended) await reader.cancel();
    }
  }
  return { small: ended, chunks: chunks() };
}
