import { COMPRESS_FROM_BYTES, mayCompress } from '../../http/compression.ts';
import { Frame, isBodiless, isGzip } from '../../http/frame.ts';
import { takePlainText } from '../../http/light/plain-values.ts';

/** The body of an HTTP result, as Lambda's fronts read it. */
export interface EventBody {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

/** An answer as every front of Lambda takes it, whatever the names there. */
export interface EventAnswer {
  readonly status: number;
  /** Every header but cookies, in lower case. */
  readonly headers: Record<string, string>;
  readonly cookies: readonly string[];
  readonly body: EventBody;
}

/**
 * Types that are sent as text; anything else goes base64, as API Gateway asks for binary bodies.
 */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded)|[^;]*\+(json|xml))/;

export interface AnswerOptions {
  readonly method: string;
  readonly acceptEncoding: string | undefined;
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * Reads an answer whole: text as text, anything else and everything compressed as base64; as gzip
 * where the client takes it and it is worth it, because no front of Lambda compresses by itself.
 * The fronts count the length.
 */
export async function readAnswer(
  response: Response,
  correlationId: string | undefined,
  { method, acceptEncoding, onWarning }: AnswerOptions,
): Promise<EventAnswer> {
  const frame = new Frame(response, correlationId);
  const isHead = method === 'HEAD';
  if (isHead || isBodiless(frame.status)) {
    if (takePlainText(response) === undefined) await response.body?.cancel(new Error('The answer has no body'));
    const length = isHead || frame.status === 304 ? frame.length : undefined;
    return answerOf(frame, { isBase64Encoded: false }, length);
  }
  const text = takePlainText(response);
  const isText = TEXT.test(frame.type ?? 'text/plain');
  const compresses = text !== null && mayCompress(acceptEncoding, frame);
  const isPlain = text !== undefined && (isText || !text) && frame.encoding === undefined;
  if (isPlain && (!compresses || (text ?? '').length * 3 < COMPRESS_FROM_BYTES))
    return answerOf(frame, { ...(text ? { body: text } : {}), isBase64Encoded: false });
  const bytes = text === undefined ? await readBytes(response) : Buffer.from(text ?? '');
  if (frame.encoding === 'gzip' && bytes.length > 0 && !isGzip(bytes)) {
    frame.dropEncoding();
    onWarning?.(
      `Dropped 'content-encoding: gzip': the body is not gzip; fetch has decoded it, so leave the header out when you make a Response of its body`,
    );
  }
  if (compresses && bytes.length >= COMPRESS_FROM_BYTES) {
    const { gzip } = await import('node:zlib');
    const compressed = await new Promise<Buffer>((resolve, reject) => {
      gzip(bytes, (error, result) => (error ? reject(error) : resolve(result)));
    });
    frame.compress();
    return answerOf(frame, { body: compressed.toString('base64'), isBase64Encoded: true });
  }
  if (bytes.length === 0) return answerOf(frame, { isBase64Encoded: false });
  const sendsText = isText && frame.encoding === undefined;
  return answerOf(frame, { body: bytes.toString(sendsText ? 'utf8' : 'base64'), isBase64Encoded: !sendsText });
}

function answerOf(frame: Frame, body: EventBody, length?: number): EventAnswer {
  const headers: Record<string, string> = {};
  const { fields } = frame;
  for (let index = 0; index < fields.length; index += 2) headers[fields[index] ?? ''] = fields[index + 1] ?? '';
  if (frame.encoding !== undefined) headers['content-encoding'] = frame.encoding;
  if (length !== undefined) headers['content-length'] = String(length);
  return { status: frame.status, headers, cookies: frame.cookies, body };
}

/**
 * The bytes of a response's body. By its reader, because `arrayBuffer()` costs half as much again;
 * not by `text()`, which takes a byte order mark away.
 */
async function readBytes(response: Response): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) chunks.push(chunk.value);
  const [only = new Uint8Array()] = chunks;
  return chunks.length > 1 ? Buffer.concat(chunks) : Buffer.from(only.buffer, only.byteOffset, only.byteLength);
}
