import type { ServerResponse } from 'node:http';
import type { FunctionStream, InvocationResult } from '../function/result.ts';
import type { ApiResponse } from './api-response.ts';
import type { Accepted, Gateway } from './gateway.ts';

const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const DELIMITER = Buffer.alloc(8);
/**
 * Status and headers have to end within these bytes (API Gateway: "Lambda proxy integration format
 * for response streaming").
 */
const MAX_PRELUDE_BYTES = 16_384;

/**
 * Answers a request with what a function streams. Resolves when the answer is out or has broken
 * off; with an answer to send when the function did not stream.
 */
export async function streamAnswer(
  invoke: (onStream: (stream: FunctionStream) => void) => Promise<InvocationResult>,
  response: ServerResponse,
  { head, failed, respond }: Pick<Gateway, 'head' | 'failed'> & Pick<Accepted, 'respond'>,
): Promise<ApiResponse | undefined> {
  let piping: Promise<void> | undefined;
  const result = await invoke((stream) => {
    piping = pipe(stream, response, head);
    piping.catch(() => stream.body.resume());
  });
  const isWhole = await piping?.then(
    () => result.error === undefined,
    () => false,
  );
  if (isWhole === true) response.end();
  // Its client must not take the part that it has for the whole.
  else if (response.headersSent) response.destroy();
  else return result.error || piping ? failed : respond(result.payload);
  return undefined;
}

/**
 * Writes head and body as they come, no faster than the client reads, and leaves the response open.
 */
async function pipe(
  { contentType, body }: FunctionStream,
  response: ServerResponse,
  head: Gateway['head'],
): Promise<void> {
  let held = Buffer.alloc(0);
  if (contentType !== PRELUDE_TYPE)
    writeHead(response, head({ statusCode: 200, headers: { 'content-type': contentType } }));
  for await (const chunk of body) {
    if (response.headersSent)
      await write(response, chunk as Buffer); // the Runtime API's request is one of bytes
    else {
      held = Buffer.concat([held, chunk as Buffer]); // likewise
      const at = held.indexOf(DELIMITER);
      if (at < 0 && held.length <= MAX_PRELUDE_BYTES) continue;
      if (at < 0 || at > MAX_PRELUDE_BYTES) throw new Error('The status and headers of a streamed answer do not end');
      writeHead(response, head(JSON.parse(held.subarray(0, at).toString())));
      await write(response, held.subarray(at + DELIMITER.length));
    }
  }
  if (!response.headersSent) throw new Error('A streamed answer ended before its status and headers');
}

function writeHead(response: ServerResponse, { status, headers }: ApiResponse): void {
  response.statusCode = status;
  for (const [name, value] of headers) response.appendHeader(name, value);
  response.flushHeaders();
}

/** Drops what comes for a client that has gone: its function runs on, as on Lambda. */
async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || response.destroyed || response.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
