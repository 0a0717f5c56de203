import type { AnswerSink } from '../../http/write-answer.ts';

/**
 * The part of the stream that is used which Lambda's Node.js runtime hands to a streaming handler.
 */
export interface ResponseStream {
  readonly writableFinished: boolean;
  setContentType(type: string): void;
  write(chunk: Uint8Array): boolean;
  end(chunk?: string | Uint8Array): unknown;
  on(event: string, listener: (error?: Error) => void): unknown;
  off(event: string, listener: (error?: Error) => void): unknown;
}

export type StreamingHandler = (event: unknown, stream: ResponseStream, context: never) => Promise<void>;

/**
 * The mark of a streaming handler for Lambda's runtime (aws-lambda-ric 4,
 * user-function-loader).
 */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

/**
 * Marks a handler, so that Lambda's runtime calls it with a response stream. Does what
 * `awslambda.streamifyResponse` does, which is a global of Lambda's managed runtime only.
 */
export function streamify<H extends object>(handler: H): H {
  return Object.assign(handler, { [STREAMING]: 'response' });
}

/**
 * The type of a stream that begins with status and headers as JSON and eight zero bytes. API
 * Gateway and function URLs read no other answer of a streaming function (AWS: "Response streaming
 * for Lambda functions", "Lambda proxy integration with response streaming").
 */
const PRELUDE_TYPE = 'application/vnd.awslambda.http-integration-response';
const DELIMITER_BYTES = 8;

/** An answer as the response stream of a Lambda function. */
export class StreamSink implements AnswerSink {
  /** Resolves when the answer is out; rejects when it broke off. */
  readonly done: Promise<void>;
  destroyed = false;
  /** Why the answer breaks off. */
  fault: unknown = new Error('The answer broke off: its response stream is closed');
  readonly #stream: ResponseStream;
  readonly #reject: (error: unknown) => void;
  #onClose: (() => void) | undefined;

  constructor(stream: ResponseStream) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#stream = stream;
    this.done = promise;
    this.#reject = reject;
    stream.on('finish', () => resolve());
    stream.on('error', (error) => {
      this.fault = error;
      this.destroy();
    });
  }

  /**
   * Writes the prelude at once: a stream whose first piece comes late has its head already. The
   * front frames the body.
   */
  writeHead(statusCode: number, fields: readonly string[]): void {
    const headers: Record<string, string> = {};
    const cookies: string[] = [];
    for (let index = 0; index < fields.length; index += 2) {
      const [name = '', value = ''] = [fields[index], fields[index + 1]];
      if (name === 'set-cookie') cookies.push(value);
      else if (name !== 'content-length') headers[name] = value;
    }
    const prelude = { statusCode, headers, ...(cookies.length > 0 ? { cookies } : {}) };
    this.#stream.setContentType(PRELUDE_TYPE);
    this.#stream.write(Buffer.concat([Buffer.from(JSON.stringify(prelude)), Buffer.alloc(DELIMITER_BYTES)]));
  }

  write(bytes: Uint8Array): boolean {
    return this.#stream.write(bytes);
  }

  end(body?: string | Uint8Array): void {
    if (!this.destroyed) this.#stream.end(body);
  }

  /**
   * Leaves the stream open: the runtime ends it with the error in its trailers, because the
   * handler's promise rejects.
   */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.#reject(this.fault);
    this.#onClose?.();
  }

  on(event: 'drain' | 'close', listener: () => void): void {
    if (event === 'drain') this.#stream.on(event, listener);
    else this.#onClose = listener;
  }

  off(event: 'drain' | 'close', listener: () => void): void {
    if (event === 'drain') this.#stream.off(event, listener);
    else this.#onClose = undefined;
  }
}
