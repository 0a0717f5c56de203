import type { IncomingMessage } from 'node:http';

/** The whole body, or undefined when it is larger than `limit` bytes: the rest is then thrown away as it comes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = chunk; // no encoding is set, so chunks are buffers
    size += bytes.length;
    if (size > limit) {
      // Read on, or the client meets a broken pipe before it sees the answer.
      request.resume();
      return undefined;
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
