import { randomUUID } from 'node:crypto';
import type { Answer } from './answer.ts';
import type { Call, HttpRequest } from './call.ts';
import { readCall } from './call.ts';
import type { CallLog } from './call-log.ts';
import { readCaller, readComponent } from './caller.ts';
import type { ControlledClock } from './clock.ts';
import type { FaultInjector } from './faults.ts';
import { faultError } from './faults.ts';
import type { FunctionRegistry } from './function-registry.ts';
import { readPrincipal } from './principal.ts';
import type { ServiceEntry } from './service.ts';
import { ServiceError } from './service-error.ts';
import { sleep } from './sleep.ts';
import type { World } from './stores.ts';

/** All that calls share. */
export interface Endpoint {
  readonly registry: readonly ServiceEntry[];
  readonly world: World;
  readonly clock: ControlledClock;
  readonly calls: CallLog;
  readonly faults: FaultInjector;
  readonly functions: FunctionRegistry;
  /** Whose account a caller is in, unless its access key id is twelve digits: then that. */
  readonly account: string;
}

/** Where a call came in. */
export interface Arrival {
  readonly origin: string;
  /** Aborts when the client hangs up and when the endpoint resets or closes. */
  readonly signal: AbortSignal;
}

/** `undefined` means: break the connection instead of answering. */
export type Result = Answer | undefined;

function toServiceError(thrown: unknown, call: Call): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  // A fault of ours must reach whoever debugs it, and must not look like an answer of AWS.
  const reason = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new ServiceError('InternalFailure', `Cannot answer ${call.serviceName} ${call.operation}: ${reason}`, {
    status: 500,
  });
}

function notImplemented(call: Call): ServiceError {
  const what =
    call.service === undefined
      ? `service ${call.serviceName} (${call.operation})`
      : `${call.serviceName} ${call.operation}`;
  return new ServiceError('NotImplemented', `Cannot answer ${what}: the local endpoint does not implement it`, {
    status: 501,
  });
}

/** Answers one request to an AWS service, and records it. Never rejects. */
export async function dispatch(endpoint: Endpoint, request: HttpRequest, arrival: Arrival): Promise<Result> {
  const { clock, calls, faults } = endpoint;
  const startedAt = performance.now();
  const atMs = clock.now();
  const requestId = randomUUID();
  const caller = readCaller(request.headers, request.search);
  const known = typeof caller === 'string' ? undefined : caller;
  const principal = known && readPrincipal(endpoint.world, known, endpoint.account, atMs);
  const call = await readCall(endpoint.registry, request, known);
  const { operation, serviceName } = call;
  const component = readComponent(request.headers);
  const touched: Array<{ action: string; resource: string }> = [];
  let answer: Answer;
  let error: ServiceError | undefined;
  const fault = known === undefined ? undefined : faults.take({ service: serviceName, operation, component });
  try {
    if (typeof caller === 'string') throw call.authenticationError(caller);
    if (typeof principal !== 'object') throw call.authenticationError(principal ?? 'missing');
    const action =
      call.service !== undefined && Object.hasOwn(call.service.actions, operation)
        ? call.service.actions[operation]
        : undefined;
    if (action === undefined) throw notImplemented(call);
    if (fault?.kind === 'delay') await sleep(clock, fault.delayMs ?? 0, arrival.signal);
    const injected = fault === undefined ? undefined : faultError(fault);
    if (injected !== undefined) throw injected;
    if (fault?.kind === 'reset') return undefined;
    const { account } = principal;
    const output = await action(call.input(), {
      service: serviceName,
      action: operation,
      account,
      region: caller.region,
      origin: arrival.origin,
      accessKeyId: caller.accessKeyId,
      principal,
      requestId,
      clock,
      signal: arrival.signal,
      stores: endpoint.world.stores(account, caller.region),
      storesOf: (other, region) => endpoint.world.stores(other, region),
      functions: endpoint.functions,
      touches: (resource, iamAction = `${serviceName}:${operation}`) => touched.push({ action: iamAction, resource }),
    });
    answer = call.answer(output, requestId);
  } catch (thrown) {
    error = toServiceError(thrown, call);
    answer = call.refuse(error, requestId);
  } finally {
    calls.add({
      atMs,
      service: serviceName,
      operation,
      touched: touched.length > 0 ? touched : [{ action: `${serviceName}:${operation}`, resource: '*' }],
      component,
      accessKeyId: known?.accessKeyId ?? '',
      principal: typeof principal === 'object' ? principal.arn : '',
      status: fault?.kind === 'reset' ? 0 : (error?.status ?? 200),
      error: fault?.kind === 'reset' ? 'ConnectionReset' : error?.code,
      durationMs: performance.now() - startedAt,
    });
  }
  return fault?.kind === 'dropResponse' ? undefined : answer;
}
