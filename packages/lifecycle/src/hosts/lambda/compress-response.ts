import { COMPRESS_FROM_BYTES, compressedHeaders, mayCompress } from '../../http/compression.ts';
import { readBytes } from './read-bytes.ts';

/** A response, and its body's bytes where they have been read. */
export interface ReadResponse {
  readonly response: Response;
  readonly body?: Buffer;
}

/** The response as gzip where the client takes it and it is worth it: no front of Lambda compresses by itself. */
export async function compressResponse(request: Request, response: Response): Promise<ReadResponse> {
  if (request.method === 'HEAD' || !mayCompress(request.headers.get('accept-encoding'), response)) return { response };
  const body = await readBytes(response);
  if (body.length < COMPRESS_FROM_BYTES) return { response, body };
  const { gzip } = await import('node:zlib');
  const compressed = await new Promise<Buffer>((resolve, reject) => {
    gzip(body, (error, result) => (error ? reject(error) : resolve(result)));
  });
  const { status, headers } = response;
  return { response: new Response(null, { status, headers: compressedHeaders(headers) }), body: compressed };
}
