import { COMPRESS_FROM_BYTES, compressedHeaders, mayCompress } from '../../http/compression.ts';

/** The response as gzip where the client takes it and it is worth it: no front of Lambda compresses by itself. */
export async function compressResponse(request: Request, response: Response): Promise<Response> {
  if (request.method === 'HEAD' || !mayCompress(request.headers.get('accept-encoding'), response)) return response;
  const { status, headers } = response;
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length < COMPRESS_FROM_BYTES) return new Response(bytes, { status, headers });
  const { gzip } = await import('node:zlib');
  const compressed = await new Promise<Buffer<ArrayBuffer>>((resolve, reject) => {
    gzip(bytes, (error, result) => (error ? reject(error) : resolve(result)));
  });
  return new Response(compressed, { status, headers: compressedHeaders(headers) });
}
