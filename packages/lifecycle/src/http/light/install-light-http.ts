import { LightHeaders } from './light-headers.ts';
import { LightRequest } from './light-request.ts';
import { setLightRequests } from './light-requests.ts';
import { LightResponse } from './light-response.ts';

export interface LightHttpOptions {
  /**
   * Stand-ins for the requests that hosts make, which need `Request` and `fetch` to be stood in for
   * as well. @defaultValue true
   */
  requests?: boolean;
  /** Stand-ins for responses made of a text. @defaultValue true */
  responses?: boolean;
}

/** Undo functions of the stand-ins that are installed. */
const installed: { requests?: () => void; responses?: () => void } = {};

/**
 * Puts light stand-ins before the global `Request`, `Response` and `fetch` of this thread, so that
 * an HTTP request costs a fraction: a request from a host and a response of a text become the
 * platform's own objects when their streams are asked for, when they are cloned or handed on, and
 * not before. `instanceof` holds both ways, `fetch(request)` and `new Request(request)` work.
 *
 * `run` and `lambda` install the responses by themselves. For requests call it first in an entry:
 * code that has taken `fetch` or `Request` from `globalThis` before cannot take a light request.
 * What is installed already stays.
 *
 * @returns puts back what this call replaced; light objects that exist stay usable
 * @example
 * ```ts
 * installLightHttp();
 * ```
 */
export function installLightHttp({ requests = true, responses = true }: LightHttpOptions = {}): () => void {
  LightHeaders.chain();
  const undo: Array<() => void> = [];
  if (requests && !installed.requests) undo.push(installRequests());
  if (responses && !installed.responses) undo.push(installResponses());
  return () => {
    for (const one of undo.splice(0)) one();
  };
}

function installRequests(): () => void {
  const platform = { Request, fetch };
  LightRequest.chain(Request);
  const light: typeof platform = {
    Request: new Proxy(Request, {
      construct: (target, args, newTarget): object =>
        Reflect.construct(target, unwrapped(args), newTarget === light.Request ? target : newTarget),
    }),
    fetch: new Proxy(fetch, { apply: (target, self, args) => Reflect.apply(target, self, unwrapped(args)) }),
  };
  Object.assign(LightRequest.prototype, { constructor: light.Request });
  setGlobals(light);
  setLightRequests({
    headers: (source) => new LightHeaders(source),
    // Its prototype is chained to the platform's.
    request: (url, method, headers, body, signalled) =>
      new LightRequest(url, method, headers, body, signalled) as unknown as Request,
  });
  installed.requests = () => {
    delete installed.requests;
    setLightRequests(undefined);
    setGlobals(platform);
  };
  return installed.requests;
}

function installResponses(): () => void {
  const platform = { Response };
  LightResponse.chain(Response);
  const light: typeof platform = {
    Response: new Proxy(Response, {
      construct: (target, args, newTarget): object =>
        newTarget === light.Response
          ? (LightResponse.make(args[0], args[1]) ?? Reflect.construct(target, args))
          : Reflect.construct(target, args, newTarget),
    }),
  };
  Object.assign(LightResponse.prototype, { constructor: light.Response });
  setGlobals(light);
  installed.responses = () => {
    delete installed.responses;
    setGlobals(platform);
  };
  return installed.responses;
}

function setGlobals(globals: object): void {
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, {
      value,
      configurable: true,
      writable: true,
      enumerable: name === 'fetch',
    });
}

function unwrapped([input, ...rest]: readonly unknown[]): unknown[] {
  return [LightRequest.unwrap(input), ...rest];
}
