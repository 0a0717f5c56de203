import type { Answer } from './answer.ts';
import type { HttpRequest } from './call.ts';
import type { Endpoint } from './dispatch.ts';
import type { Fault } from './faults.ts';

/** What a separate process can ask of the endpoint itself. */
export interface Control extends Pick<Endpoint, 'calls' | 'clock' | 'faults' | 'registry'> {
  reset(): void;
  saveSnapshot(): Promise<void>;
}

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const badRequest = (message: string) => json(400, { message });

function readObject(request: HttpRequest): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(request.body.toString() || '{}');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>; // narrowed on the line above
  } catch {
    return undefined;
  }
}

const ROUTES: Record<string, (control: Control, body: Record<string, unknown>) => Answer | Promise<Answer>> = {
  'POST /moto-api/reset': (control) => {
    control.reset();
    return json(200, { status: 'ok' });
  },
  'POST /_twelvefold/reset': (control) => {
    control.reset();
    return json(200, { status: 'ok' });
  },
  'GET /_twelvefold/health': ({ registry }) =>
    json(200, { status: 'ok', services: [...new Set(registry.map(({ name }) => name))] }),
  'POST /_twelvefold/snapshot': async (control) => {
    try {
      await control.saveSnapshot();
      return json(200, { status: 'ok' });
    } catch (error) {
      return badRequest(error instanceof Error ? error.message : String(error));
    }
  },
  'GET /_twelvefold/calls': ({ calls }) => json(200, calls.list()),
  'DELETE /_twelvefold/calls': ({ calls }) => {
    calls.clear();
    return json(200, { status: 'ok' });
  },
  'GET /_twelvefold/clock': ({ clock }) => json(200, { nowMs: clock.now() }),
  'POST /_twelvefold/clock': ({ clock }, { advanceMs }) => {
    if (typeof advanceMs !== 'number' || !(advanceMs >= 0) || !Number.isFinite(advanceMs)) {
      return badRequest('Cannot move the clock: "advanceMs" must be a number of milliseconds, 0 or more');
    }
    clock.advance(advanceMs);
    return json(200, { nowMs: clock.now() });
  },
  'POST /_twelvefold/faults': ({ faults }, body) => {
    try {
      faults.add(body as unknown as Fault); // add() checks every field
      return json(200, { status: 'ok' });
    } catch (error) {
      return badRequest(error instanceof Error ? error.message : String(error));
    }
  },
  'DELETE /_twelvefold/faults': ({ faults }) => {
    faults.clear();
    return json(200, { status: 'ok' });
  },
};

/** Answers a request to the endpoint itself; undefined for every other path. */
export function answerControl(control: Control, request: HttpRequest): Answer | Promise<Answer> | undefined {
  if (!request.path.startsWith('/_twelvefold/') && !request.path.startsWith('/moto-api/')) return undefined;
  const route = ROUTES[`${request.method} ${request.path}`];
  if (route === undefined) {
    return json(404, {
      message: `Cannot ${request.method} ${request.path}: choose one of ${Object.keys(ROUTES).join(', ')}`,
    });
  }
  const body = readObject(request);
  return body === undefined ? badRequest('Cannot read the body: it must be a JSON object') : route(control, body);
}
