import type { CallFilter } from './call-log.ts';
import type { Endpoint } from './dispatch.ts';
import type { Fault } from './faults.ts';
import type { Answer, HttpRequest } from './http.ts';

/** The requests that a separate process can make of the endpoint itself. */
export interface Control extends Pick<Endpoint, 'calls' | 'clock' | 'faults'> {
  health(): object;
  /** @throws TypeError for a service that is not here */
  reset(service?: string): void;
  saveSnapshot(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const OK = { status: 'ok' };

function readObject(request: HttpRequest): Body | undefined {
  try {
    const value: unknown = JSON.parse(request.body.toString() || '{}');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Body; // narrowed on the line above
  } catch {
    return undefined;
  }
}

/** @throws TypeError naming what is wrong with `body` */
function checkFields(action: string, body: Body, types: Readonly<Record<string, string>>): void {
  const wrong = Object.entries(body).flatMap(([name, value]) => {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) return [`unknown field "${name}"; known are ${Object.keys(types).join(', ')}`];
    return typeof value === type && (type !== 'number' || Number.isFinite(value))
      ? []
      : [`"${name}" must be a ${type}`];
  });
  if (wrong.length > 0) throw new TypeError(`Cannot ${action}: ${wrong.join('; ')}`);
}

function reset(control: Control, body: Body) {
  checkFields('reset', body, { service: 'string' });
  control.reset(body.service as string | undefined); // checked on the line above
  return OK;
}

function moveClock({ clock }: Control, body: Body) {
  checkFields('move the clock', body, { freeze: 'boolean', setMs: 'number', advanceMs: 'number' });
  const { freeze, setMs, advanceMs } = body as { freeze?: boolean; setMs?: number; advanceMs?: number }; // checked above
  if (Object.keys(body).length === 0) {
    throw new TypeError('Cannot move the clock: give "freeze" (true or false), "setMs" or "advanceMs"');
  }
  if (advanceMs !== undefined && advanceMs < 0) {
    throw new TypeError('Cannot move the clock: "advanceMs" must be 0 or more; "setMs" can go back');
  }
  if (freeze === true) clock.freeze();
  if (setMs !== undefined) clock.set(setMs);
  if (advanceMs !== undefined) clock.advance(advanceMs);
  if (freeze === false) clock.unfreeze();
  return { nowMs: clock.now(), frozen: clock.frozen };
}

function filterOf(search: URLSearchParams): CallFilter {
  checkFields('list calls', Object.fromEntries(search), {
    service: 'string',
    operation: 'string',
    component: 'string',
  });
  return Object.fromEntries(search);
}

type Route = (control: Control, body: Body, search: URLSearchParams) => unknown;

const ROUTES: Readonly<Record<string, Route>> = {
  'POST /moto-api/reset': reset,
  'POST /_twelvefold/reset': reset,
  'GET /_twelvefold/health': ({ health }) => health(),
  'POST /_twelvefold/snapshot': async (control) => {
    await control.saveSnapshot();
    return OK;
  },
  'GET /_twelvefold/calls': ({ calls }, _body, search) => calls.list(filterOf(search)),
  'DELETE /_twelvefold/calls': ({ calls }) => {
    calls.clear();
    return OK;
  },
  'GET /_twelvefold/clock': ({ clock }) => ({ nowMs: clock.now(), frozen: clock.frozen }),
  'POST /_twelvefold/clock': moveClock,
  'GET /_twelvefold/faults': ({ faults }) => faults.list(),
  'POST /_twelvefold/faults': ({ faults }, body) => {
    faults.add(body as unknown as Fault); // add() checks every field
    return OK;
  },
  'DELETE /_twelvefold/faults': ({ faults }) => {
    faults.clear();
    return OK;
  },
};

async function answer(control: Control, request: HttpRequest): Promise<Answer> {
  const name = `${request.method} ${request.path}`;
  const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (route === undefined) {
    const message = `Cannot ${name}: choose one of ${Object.keys(ROUTES).join(', ')}`;
    return json(404, { message });
  }
  const body = readObject(request);
  if (body === undefined) return json(400, { message: 'Cannot read the body: it must be a JSON object' });
  try {
    return json(200, await route(control, body, request.search));
  } catch (error) {
    return json(400, { message: error instanceof Error ? error.message : String(error) });
  }
}

/** Answers a request to the endpoint itself; undefined for every other path. */
export function answerControl(control: Control, request: HttpRequest): Promise<Answer> | undefined {
  const isControl = request.path.startsWith('/_twelvefold/') || request.path.startsWith('/moto-api/');
  return isControl ? answer(control, request) : undefined;
}
