import { createRandom } from './random.ts';
import type { ServiceModule } from './service.ts';
import { ServiceError } from './service-error.ts';

const KINDS = [
  'throttle',
  'error500',
  'error503',
  'reset',
  'dropResponse',
  'delay',
  'hold',
  'duplicate',
  'truncate',
  'slow',
] as const;

/**
 * The fault that a call meets. `throttle` answers with the service's own error; `error500` and
 * `error503` with those; `reset` breaks the connection before the call has an effect,
 * `dropResponse` after it; `delay` waits `delayMs` before it, `hold` until the faults are cleared
 * or the client hangs up. `duplicate` carries the call out twice and answers with the first: what a
 * receive got is delivered again. `truncate` sends half of the answer's body and breaks the
 * connection, `slow` spreads it over `delayMs`.
 */
export type FaultKind = (typeof KINDS)[number];

/**
 * The fault for the calls that match: every given field must match, none given matches every call.
 */
export interface Fault {
  /** The signing name, e.g. `sqs`. */
  readonly service?: string;
  readonly operation?: string;
  readonly component?: string;
  /** How often it strikes; without it until cleared. */
  readonly times?: number;
  /** Between 0 and 1. @defaultValue 1 */
  readonly probability?: number;
  /**
   * Makes `probability` strike the same calls in every run.
   *
   * @defaultValue the endpoint's own random numbers
   */
  readonly seed?: number;
  readonly kind: FaultKind;
  /** For `delay` and `slow`: milliseconds on the endpoint's clock. */
  readonly delayMs?: number;
}

/** Faults to inject, by call. The first that matches strikes. */
export interface Faults {
  /** @throws TypeError that names everything wrong with it */
  add(fault: Fault): void;
  /** A fault that was added, with the number of calls that it has met. */
  list(): ReadonlyArray<Fault & { readonly struck: number }>;
  /** Removes all of them, and lets go on what `hold` holds. */
  clear(): void;
}

/** The parts of a call that a fault is matched against. */
interface FaultTarget {
  readonly service: string;
  readonly operation: string;
  readonly component: string | undefined;
}

export interface FaultInjector extends Faults {
  /** The fault that strikes this call, counted as used. */
  take(target: FaultTarget): Fault | undefined;
  /** Resolves at the next `clear`, or as soon as `signal` aborts. */
  held(signal: AbortSignal): Promise<void>;
}

const FIELDS: Record<keyof Fault, string> = {
  service: 'string',
  operation: 'string',
  component: 'string',
  times: 'number',
  probability: 'number',
  seed: 'number',
  kind: 'string',
  delayMs: 'number',
};

function checkField(name: string, value: unknown, services: readonly string[]): string | undefined {
  if (!Object.hasOwn(FIELDS, name)) return `unknown field "${name}"; known are ${Object.keys(FIELDS).join(', ')}`;
  const type = FIELDS[name as keyof Fault]; // hasOwn has just said so
  if (typeof value !== type) return `"${name}" must be a ${type}`;
  if (name === 'service' && !services.includes(String(value))) return `"service" must be one of ${services.join(', ')}`;
  if (name === 'times' && !(Number.isInteger(value) && Number(value) >= 1))
    return '"times" must be an integer, 1 or more';
  if (name === 'probability' && !(Number(value) >= 0 && Number(value) <= 1))
    return '"probability" must be between 0 and 1';
  if (name === 'seed' && !Number.isFinite(value)) return '"seed" must be finite';
  if (name === 'delayMs' && !(Number.isFinite(value) && Number(value) >= 0)) return '"delayMs" must be 0 or more';
  return undefined;
}

function check(fault: Fault, services: readonly string[]): void {
  const wrong = Object.entries(fault)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => checkField(name, value, services) ?? []);
  if (!KINDS.includes(fault.kind)) wrong.push(`"kind" must be one of ${KINDS.join(', ')}`);
  if ((fault.kind === 'delay' || fault.kind === 'slow') && fault.delayMs === undefined) {
    wrong.push(`"delayMs" is needed for ${fault.kind}`);
  }
  if (wrong.length > 0) throw new TypeError(`Cannot add a fault: ${wrong.join('; ')}`);
}

/** `random` gives numbers in [0, 1), for probabilities. */
export function createFaults(random: () => number, services: readonly string[]): FaultInjector {
  let faults: Array<{ readonly fault: Fault; readonly random: () => number; struck: number }> = [];
  const held = new Set<() => void>();
  const matches = (fault: Fault, target: FaultTarget) =>
    (fault.service === undefined || fault.service === target.service) &&
    (fault.operation === undefined || fault.operation === target.operation) &&
    (fault.component === undefined || fault.component === target.component);
  return {
    add: (fault) => {
      check(fault, services);
      faults.push({
        fault: { ...fault },
        random: fault.seed === undefined ? random : createRandom(fault.seed),
        struck: 0,
      });
    },
    list: () => faults.map(({ fault, struck }) => ({ ...fault, struck })),
    clear: () => {
      faults = [];
      for (const letGo of [...held]) letGo();
    },
    held: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const done = () => {
          held.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        held.add(done);
        signal.addEventListener('abort', done);
      }),
    take: (target) => {
      for (const entry of faults) {
        const { fault } = entry;
        if (entry.struck >= (fault.times ?? Number.POSITIVE_INFINITY) || !matches(fault, target)) continue;
        if (fault.probability !== undefined && entry.random() >= fault.probability) continue;
        entry.struck += 1;
        return fault;
      }
      return undefined;
    },
  };
}

/**
 * The error that a fault answers with; undefined for the kinds that let the call through or break
 * the connection.
 */
export function faultError({ kind }: Fault, service: ServiceModule | undefined): ServiceError | undefined {
  if (kind === 'throttle') {
    const { code, message, ...more } = service?.throttled ?? {
      code: 'ThrottlingException',
      message: 'Rate exceeded',
      queryCode: 'Throttling',
    };
    return new ServiceError(code, message, more);
  }
  if (kind === 'error500') {
    return new ServiceError('InternalServerError', 'The request processing has failed because of an unknown error', {
      status: 500,
      queryCode: 'InternalFailure',
    });
  }
  if (kind === 'error503') {
    return new ServiceError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server', {
      status: 503,
    });
  }
  return undefined;
}
