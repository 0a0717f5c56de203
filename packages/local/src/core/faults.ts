import { ServiceError } from './service-error.ts';

/** What to do to calls that match: every given field must match, none given matches every call. */
export interface Fault {
  readonly service?: string;
  readonly operation?: string;
  readonly component?: string;
  /** How often it strikes; without it until cleared. */
  readonly times?: number;
  /** Between 0 and 1. @defaultValue 1 */
  readonly probability?: number;
  /** `reset` breaks the connection before the call has an effect, `dropResponse` after it. */
  readonly kind: 'throttle' | 'error500' | 'reset' | 'dropResponse' | 'delay';
  /** For `delay`: milliseconds on the endpoint's clock. */
  readonly delayMs?: number;
}

/** Faults to inject, by call. */
export interface Faults {
  /** @throws TypeError for an unknown field or kind. */
  add(fault: Fault): void;
  clear(): void;
}

/** What a fault is matched against. */
export interface FaultTarget {
  readonly service: string;
  readonly operation: string;
  readonly component: string | undefined;
}

export interface FaultInjector extends Faults {
  /** The fault that strikes this call, counted as used. */
  take(target: FaultTarget): Fault | undefined;
}

const KINDS = ['throttle', 'error500', 'reset', 'dropResponse', 'delay'];
const FIELDS: Record<keyof Fault, string> = {
  service: 'string',
  operation: 'string',
  component: 'string',
  times: 'number',
  probability: 'number',
  kind: 'string',
  delayMs: 'number',
};

function check(fault: Fault): void {
  for (const [name, value] of Object.entries(fault)) {
    const type = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof Fault] : undefined; // hasOwn has just said so
    if (type === undefined) throw new TypeError(`Cannot add a fault: unknown field "${name}"`);
    if (value !== undefined && typeof value !== type) {
      throw new TypeError(`Cannot add a fault: "${name}" must be a ${type}`);
    }
  }
  if (!KINDS.includes(fault.kind)) {
    throw new TypeError(`Cannot add a fault: "kind" must be one of ${KINDS.join(', ')}`);
  }
}

/** `random` gives numbers in [0, 1), for probabilities. */
export function createFaults(random: () => number): FaultInjector {
  let faults: Array<{ fault: Fault; left: number }> = [];
  const matches = (fault: Fault, target: FaultTarget) =>
    (fault.service === undefined || fault.service === target.service) &&
    (fault.operation === undefined || fault.operation === target.operation) &&
    (fault.component === undefined || fault.component === target.component);
  return {
    add: (fault) => {
      check(fault);
      faults.push({ fault: { ...fault }, left: fault.times ?? Number.POSITIVE_INFINITY });
    },
    clear: () => {
      faults = [];
    },
    take: (target) => {
      for (const entry of faults) {
        if (entry.left <= 0 || !matches(entry.fault, target)) continue;
        if (entry.fault.probability !== undefined && random() >= entry.fault.probability) continue;
        entry.left -= 1;
        return entry.fault;
      }
      return undefined;
    },
  };
}

/** The error that a `throttle` or `error500` fault answers with, undefined for the other kinds. */
export function faultError(fault: Fault): ServiceError | undefined {
  if (fault.kind === 'throttle') {
    return new ServiceError('ThrottlingException', 'Rate exceeded', { queryCode: 'Throttling' });
  }
  if (fault.kind === 'error500') {
    return new ServiceError('InternalServerError', 'The request processing has failed because of an unknown error', {
      status: 500,
      queryCode: 'InternalFailure',
    });
  }
  return undefined;
}
