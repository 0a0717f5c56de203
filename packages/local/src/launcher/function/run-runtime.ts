import type { ClientRequest } from 'node:http';
import { Agent, request } from 'node:http';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { InvocationContext } from './function-spec.ts';
import { invocationContext } from './function-spec.ts';
import { describeError, RuntimeError } from './result.ts';

type Handler = (event: unknown, context: InvocationContext) => unknown;
type StreamingHandler = (event: unknown, stream: ClientRequest, context: InvocationContext) => unknown;

/** Marks a handler that answers by a stream, with the value `response` (aws-lambda-ric 4.0.2). */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const ERROR_TYPE = 'lambda-runtime-function-error-type';
const ERROR_BODY = 'lambda-runtime-function-error-body';

const RUNTIME = '/2018-06-01/runtime/';

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/**
 * A client of the Lambda Runtime API: loads the handler (top-level await included), then takes one
 * invocation after another until the process is ended; with `overlapping`, for a worker of a
 * managed instance, without waiting for the one before. What a handler sees is what AWS's client
 * (aws-lambda-ric 4.0.2) shows it, but no globals are set and `console` is left alone. As there,
 * nothing catches what the handler left uncaught: the process ends with code 1.
 */
export async function runRuntime(options: {
  readonly entry: string;
  readonly exportName: string;
  readonly overlapping: boolean;
  readonly host: NodeJS.Process;
}): Promise<void> {
  const { host, overlapping } = options;
  const { call, stream } = createCaller(host.env.AWS_LAMBDA_RUNTIME_API ?? '');

  const print = (error: unknown, requestId?: string) => {
    const described = describeError(error);
    const record = { timestamp: new Date().toISOString(), level: 'ERROR', requestId, message: described };
    host.stderr.write(`${JSON.stringify(record)}\n`);
    return described;
  };
  const report = async (error: unknown, requestId?: string): Promise<void> => {
    const described = print(error, requestId);
    const path = requestId === undefined ? 'init/error' : `invocation/${requestId}/error`;
    await call('POST', path, JSON.stringify(described), described.errorType);
  };

  let handler: Handler;
  try {
    handler = await loadHandler(options.entry, options.exportName);
  } catch (error) {
    await report(error);
    return host.exit(1);
  }
  const isStreaming = streams(handler);
  /** Drops the handler's result; an error ends the stream, with trailers that describe it. */
  const handleStream = async (requestId: string, { body, headers }: Answer): Promise<void> => {
    const { outgoing, answered } = stream(`invocation/${requestId}/response`);
    try {
      const streaming = handler as unknown as StreamingHandler; // by its mark
      await streaming(JSON.parse(body), outgoing, invocationContext(requestId, headers, host.env));
    } catch (error) {
      const described = print(error, requestId);
      outgoing.addTrailers({
        [ERROR_TYPE]: described.errorType,
        [ERROR_BODY]: Buffer.from(JSON.stringify(described)).toString('base64'),
      });
      outgoing.end();
    }
    await answered;
  };
  const handle = async (requestId: string, { body, headers }: Answer): Promise<void> => {
    if (isStreaming) return handleStream(requestId, { body, headers, status: 200 });
    try {
      const result = await handler(JSON.parse(body), invocationContext(requestId, headers, host.env));
      await call('POST', `invocation/${requestId}/response`, stringify(result));
    } catch (error) {
      await report(error, requestId);
    }
  };
  for (;;) {
    const next = await call('GET', 'invocation/next').catch(() => undefined);
    const requestId = next && header(next, 'lambda-runtime-aws-request-id');
    // Without its Runtime API an environment has no purpose: the launcher is gone.
    if (next?.status !== 200 || requestId === undefined) return host.exit(1);
    if (overlapping) {
      // A turn later, as AWS's client: the next request for work is on its way by then.
      setImmediate(() => void handle(requestId, next));
      continue;
    }
    const traceId = header(next, 'lambda-runtime-trace-id');
    if (traceId === undefined) delete host.env._X_AMZN_TRACE_ID;
    else host.env._X_AMZN_TRACE_ID = traceId;
    await handle(requestId, next);
  }
}

function streams(handler: object): boolean {
  return (handler as { [STREAMING]?: unknown })[STREAMING] === 'response'; // only looked at
}

async function loadHandler(entry: string, exportName: string): Promise<Handler> {
  const module: Record<string, unknown> = await import(pathToFileURL(entry).href).catch((error: unknown) => {
    throw error instanceof SyntaxError ? new RuntimeError('UserCodeSyntaxError', String(error)) : error;
  });
  const handler = module[exportName];
  if (handler === undefined) {
    throw new RuntimeError('HandlerNotFound', `${exportName} is undefined or not exported by ${entry}`);
  }
  if (typeof handler !== 'function') {
    throw new RuntimeError('HandlerNotFound', `${exportName} of ${entry} is not a function`);
  }
  if (handler.length >= 3 && !streams(handler)) {
    const reason = 'Node.js 24 takes no callback handlers; return a promise instead of calling back';
    throw new RuntimeError('CallbackHandlerDeprecated', reason);
  }
  return handler as Handler; // a function; its parameters are the user's own declaration
}

function stringify(result: unknown): string {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    throw new RuntimeError('JSONStringifyError', 'Unable to stringify response body', { cause: error });
  }
}

/** Connections are kept, without a time limit: an environment may wait for days. */
function createCaller(api: string) {
  const [host, port] = api.split(':');
  const agent = new Agent({ keepAlive: true });
  const call = (method: 'GET' | 'POST', path: string, body = '', errorType?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...(errorType === undefined ? {} : { 'lambda-runtime-function-error-type': errorType }),
      };
      const outgoing = request({ agent, host, port, method, path: RUNTIME + path, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  /** The body of a response, to be written piece by piece. */
  const stream = (path: string) => {
    const headers = {
      'lambda-runtime-function-response-mode': 'streaming',
      'content-type': 'application/octet-stream',
      'transfer-encoding': 'chunked',
      trailer: `${ERROR_TYPE}, ${ERROR_BODY}`,
    };
    const outgoing = request({ agent, host, port, method: 'POST', path: RUNTIME + path, headers });
    const answered = new Promise<void>((resolve, reject) => {
      outgoing.on('error', reject);
      outgoing.on('response', (response) => response.on('error', reject).on('end', resolve).resume());
    });
    answered.catch(() => {}); // awaited later
    return {
      outgoing: Object.assign(outgoing, { setContentType: (type: string) => outgoing.setHeader('content-type', type) }),
      answered,
    };
  };
  return { call, stream };
}

function header(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Old-space limits are of a process; a worker refuses them (ERR_WORKER_INVALID_EXEC_ARGV). */
const OF_A_PROCESS = /^--max-(old|semi)-space-size/;

/**
 * Starts `count` worker threads of a program, as AWS's client (aws-lambda-ric 4.0.2) does on
 * managed instances: the crash of one is written to standard error, and it is not started again.
 * Resolves when none is left.
 */
export async function runWorkers(program: string, count: number, host: NodeJS.Process): Promise<void> {
  const run = (id: number) =>
    new Promise<void>((resolve) => {
      const execArgv = host.execArgv.filter((argument) => !OF_A_PROCESS.test(argument));
      const worker = new Worker(new URL(program), { argv: host.argv.slice(2), env: host.env, execArgv });
      const tell = (message: string) =>
        host.stderr.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level: 'ERROR', message })}\n`);
      worker.on('error', (error) => tell(`Worker ${id} failed: ${error instanceof Error ? error.stack : error}`));
      worker.on('exit', (code) => {
        if (code !== 0) tell(`Worker ${id} exited with code ${code}`);
        resolve();
      });
    });
  await Promise.all(Array.from({ length: count }, (_, id) => run(id)));
}
