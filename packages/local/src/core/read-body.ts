import type { IncomingMessage } from 'node:http';

/**
 * The whole body; undefined when it is larger than `limit` bytes. Reads to the end even then, keeping no more than that: an
 * answer to a half-read request costs the client its connection (seen as ECONNRESET on the next call).
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk; // no encoding is set, so chunks are buffers
    size += bytes.length;
    if (size <= limit) chunks.push(bytes);
    else chunks.length = 0;
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}
