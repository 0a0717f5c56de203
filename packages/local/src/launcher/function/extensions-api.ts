import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../core/server.ts';
import { sendJson } from '../http/listen.ts';

/** At most this many may register (Lambda quotas). */
const MAX_EXTENSIONS = 10;

const WHY_NOT: Readonly<Record<string, string>> = {
  INVOKE: 'InvokeEventNotSupportedOnManagedInstances',
  SHUTDOWN: 'ShutdownEventNotSupportedForInternalExtension',
};

interface Extension {
  readonly name: string;
  readonly wantsInvoke: boolean;
  /** The open `event/next` request, while the extension has nothing to do. */
  waiting: ServerResponse | undefined;
}

export interface InvokeEvent {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly invokedFunctionArn: string;
  readonly traceId: string;
}

export interface ExtensionsApi {
  handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
  registered(): boolean;
  /**
   * Whether every extension waits for its next event: until then, init and invocations are not
   * over.
   */
  settled(): boolean;
  deliver(event: InvokeEvent): void;
}

/**
 * The part of the Extensions API that internal extensions use: those that run inside the runtime's
 * process. They may not register for SHUTDOWN, nor after the runtime has asked for its first
 * invocation.
 */
export function createExtensionsApi(options: {
  readonly functionName: string;
  readonly handler: string;
  readonly accountId: string;
  /** Managed instances refuse extensions that ask for invocation events. */
  readonly invokeEvents: boolean;
  readonly registrationOpen: () => boolean;
  readonly onChange: () => void;
}): ExtensionsApi {
  const extensions = new Map<string, Extension>();

  async function register(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = request.headers['lambda-extension-name'];
    const body = parseRegistration(await readBody(request, 1 << 20));
    const refuse = (type: string, message: string) => refuseWith(response, 403, type, message);
    if (typeof name !== 'string' || name === '')
      return refuse('Extension.InvalidExtensionName', 'Empty extension name');
    if (!body) return refuseWith(response, 400, 'InvalidRequestFormat', 'The body must be {"events": [...]}');
    if (!options.registrationOpen()) {
      return refuse(
        'Extension.RegistrationClosed',
        'Extensions register before the runtime asks for its first invocation',
      );
    }
    const unsupported = body.find((event) => event !== 'INVOKE' || !options.invokeEvents);
    if (unsupported !== undefined) {
      const why = WHY_NOT[unsupported] ?? 'ErrorInvalidEventType';
      return refuse('Extension.InvalidEventType', `${unsupported}: ${why}`);
    }
    if ([...extensions.values()].some((extension) => extension.name === name)) {
      return refuse('Extension.AlreadyRegistered', `Extension ${name} is registered already`);
    }
    if (extensions.size >= MAX_EXTENSIONS) {
      return refuse('Extension.TooManyExtensions', `Extension limit (${MAX_EXTENSIONS}) reached`);
    }
    const id = randomUUID();
    extensions.set(id, { name, wantsInvoke: body.includes('INVOKE'), waiting: undefined });
    const identity = { functionName: options.functionName, functionVersion: '$LATEST', handler: options.handler };
    const features = String(request.headers['lambda-extension-accept-feature'] ?? '');
    const account = features.includes('accountId') ? { accountId: options.accountId } : {};
    sendJson(response, 200, { ...identity, ...account }, { 'lambda-extension-identifier': id });
  }

  function next(extension: Extension, response: ServerResponse): void {
    if (extension.waiting) {
      refuseWith(response, 403, 'Extension.InvalidExtensionState', `Extension ${extension.name} waits already`);
      return;
    }
    extension.waiting = response;
    response.on('close', () => {
      if (extension.waiting === response) extension.waiting = undefined;
    });
    options.onChange();
  }

  return {
    handle: async (request, response, path) => {
      if (path === 'register' && request.method === 'POST') return register(request, response);
      const id = request.headers['lambda-extension-identifier'];
      const extension = typeof id === 'string' ? extensions.get(id) : undefined;
      if (!extension) {
        const type = id === undefined ? 'Extension.MissingExtensionIdentifier' : 'Extension.UnknownExtensionIdentifier';
        return refuseWith(response, 403, type, `No extension has the identifier ${String(id)}`);
      }
      if (path === 'event/next' && request.method === 'GET') return next(extension, response);
      if ((path === 'init/error' || path === 'exit/error') && request.method === 'POST') {
        await readBody(request, 1 << 20);
        return sendJson(response, 202, { status: 'OK' });
      }
      refuseWith(response, 404, 'NotFound', `Unknown path: ${path}`);
    },
    registered: () => extensions.size > 0,
    settled: () => [...extensions.values()].every((extension) => extension.waiting),
    deliver: (event) => {
      for (const extension of extensions.values()) {
        if (!extension.wantsInvoke || !extension.waiting) continue;
        const response = extension.waiting;
        extension.waiting = undefined;
        const { traceId, ...rest } = event;
        const tracing = { type: 'X-Amzn-Trace-Id', value: traceId };
        sendJson(
          response,
          200,
          { eventType: 'INVOKE', ...rest, tracing },
          { 'lambda-extension-event-identifier': randomUUID() },
        );
      }
    },
  };
}

function parseRegistration(body: Buffer | undefined): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(body && body.length > 0 ? body.toString('utf8') : '{}');
    const events = (parsed as { events?: unknown } | null)?.events ?? []; // any JSON: checked in the next line
    return Array.isArray(events) && events.every((event) => typeof event === 'string') ? events : undefined;
  } catch {
    return undefined;
  }
}

function refuseWith(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  sendJson(response, status, { errorMessage, errorType });
}
