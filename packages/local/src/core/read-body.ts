import type { IncomingMessage } from 'node:http';

/**
 * The whole body; undefined when it is larger than `limit` bytes. Reads to the end even then, keeping no more than that: an
 * answer to a half-read request costs the client its connection (seen as ECONNRESET on the next call).
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  // Not `for await`: the iterator of a stream is a millisecond of a cold start.
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.once('end', () => resolve(size > limit ? undefined : Buffer.concat(chunks)));
  request.once('error', reject);
  request.once('close', () => reject(new Error('Cannot read the request: the client hung up before its end')));
  return promise;
}
