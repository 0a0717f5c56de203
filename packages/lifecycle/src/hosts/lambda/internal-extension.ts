import type { IncomingMessage } from 'node:http';

export interface InternalExtensionOptions {
  /** `AWS_LAMBDA_RUNTIME_API`: host and port. */
  runtimeApi: string;
  /**
   * Node's HTTP module: an entry has it from `process.getBuiltinModule`, which is many times
   * cheaper than an import.
   */
  http: Pick<typeof import('node:http'), 'request'>;
  /** Unique among the extensions of the function. @defaultValue 'twelvefold' */
  name?: string;
  /** Milliseconds for registering; init goes on without it after that. @defaultValue 500 */
  timeoutMs?: number;
}

const API = '/2020-01-01/extension';

/**
 * Registers an extension that lives in the runtime's own process and wants no events: Lambda sends
 * SIGTERM, and then waits some 500 ms before SIGKILL, only where an extension is registered (AWS
 * documentation: Extensions API, shutdown phase).
 *
 * Resolves with `undefined` when it is registered, or with why it is not: nothing may depend on it.
 * Call it during init; Lambda refuses it later. Managed instances send no signals: do not call it
 * there.
 */
export async function registerInternalExtension(options: InternalExtensionOptions): Promise<Error | undefined> {
  const { runtimeApi, http, name = 'twelvefold', timeoutMs = 500 } = options;
  try {
    const registered = await send(http, runtimeApi, 'POST', `${API}/register`, {
      headers: { 'lambda-extension-name': name },
      body: '{"events":[]}',
      timeoutMs,
    });
    registered.resume();
    const id = registered.headers['lambda-extension-identifier'];
    if (registered.statusCode !== 200 || typeof id !== 'string') {
      return new Error(`Cannot register the extension '${name}': the Runtime API answered ${registered.statusCode}`);
    }
    // Init ends when every extension has asked for its next event. There is none for this one: the
    // request stays open.
    send(http, runtimeApi, 'GET', `${API}/event/next`, { headers: { 'lambda-extension-identifier': id } }).then(
      (response) => response.resume(),
      () => undefined, // the environment is on its way out
    );
    return undefined;
  } catch (error) {
    return new Error(`Cannot register the extension '${name}': ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

interface SendOptions {
  headers: Record<string, string>;
  body?: string;
  /** Without it, the request waits without a limit and keeps nothing alive. */
  timeoutMs?: number;
}

function send(
  { request }: InternalExtensionOptions['http'],
  host: string,
  method: string,
  path: string,
  options: SendOptions,
): Promise<IncomingMessage> {
  const { headers, body, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(`http://${host}${path}`, { method, headers, agent: false }, resolve);
    outgoing.on('error', reject);
    if (timeoutMs === undefined) outgoing.on('socket', (socket) => socket.unref());
    else outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    outgoing.end(body);
  });
}
