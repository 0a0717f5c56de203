import { LightHeaders } from './light-headers.ts';
import { LightRequest } from './light-request.ts';
import { lightRequests, setLightRequests } from './light-requests.ts';
import { LightResponse } from './light-response.ts';

/**
 * Puts light stand-ins before the global `Request`, `Response` and `fetch` of this thread, so that an HTTP event costs a quarter: a
 * request from a host and a response of a text become the platform's own objects when somebody asks for their streams, clones them or
 * hands them on, and not before. `instanceof` holds both ways, `fetch(request)` and `new Request(request)` work.
 *
 * Call it first in an entry: code that has taken `fetch` or `Request` from `globalThis` before cannot take a light request.
 * A second call does nothing.
 *
 * @returns what puts the platform's own back; light objects that are about stay usable
 * @example
 * ```ts
 * installLightHttp();
 * ```
 */
export function installLightHttp(): () => void {
  if (lightRequests()) return () => undefined;
  const platform: Globals = { Request, Response, fetch };
  LightHeaders.chain();
  LightRequest.chain(Request);
  LightResponse.chain(Response);
  const light: Globals = {
    Request: new Proxy(Request, {
      construct: (target, args, newTarget): object =>
        Reflect.construct(target, unwrapped(args), newTarget === light.Request ? target : newTarget),
    }),
    Response: new Proxy(Response, {
      construct: (target, args, newTarget): object =>
        newTarget === light.Response
          ? (LightResponse.make(args[0], args[1]) ?? Reflect.construct(target, args))
          : Reflect.construct(target, args, newTarget),
    }),
    fetch: new Proxy(fetch, { apply: (target, self, args) => Reflect.apply(target, self, unwrapped(args)) }),
  };
  Object.assign(LightRequest.prototype, { constructor: light.Request });
  Object.assign(LightResponse.prototype, { constructor: light.Response });
  setGlobals(light);
  setLightRequests({
    headers: () => new LightHeaders(),
    // Its prototype is chained to the platform's.
    request: (url, method, headers, text) => new LightRequest(url, method, headers, text) as unknown as Request,
  });
  return () => {
    setLightRequests(undefined);
    setGlobals(platform);
  };
}

type Globals = Pick<typeof globalThis, 'Request' | 'Response' | 'fetch'>;

function setGlobals(globals: Globals): void {
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
