import { hrtime } from 'node:process';
import type { Authorizer, UserCall } from './authorizer.ts';
import type { Background } from './background.ts';
import type { Call } from './call.ts';
import { readCall } from './call.ts';
import type { CallLog } from './call-log.ts';
import { readCaller, readComponent, readPrincipal, readSource, readTraceHeader } from './caller.ts';
import type { ControlledClock } from './clock.ts';
import { sleep } from './clock.ts';
import type { ContainerRegistry } from './container-registry.ts';
import type { Fault, FaultInjector } from './faults.ts';
import { faultError } from './faults.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { Answer, HttpRequest } from './http.ts';
import { markSensitive } from './input.ts';
import type { ItemChange, ItemImages } from './item-images.ts';
import type { MessageMemory } from './message-memory.ts';
import { createRequestId } from './random.ts';
import { SENSITIVE_MEMBERS } from './sensitive-members.ts';
import type { Action, CallContext, ServiceEntry } from './service.ts';
import { ServiceError } from './service-error.ts';
import type { World } from './stores.ts';

/** All that calls share. */
export interface Endpoint {
  readonly registry: readonly ServiceEntry[];
  readonly world: World;
  readonly clock: ControlledClock;
  readonly background: Background;
  readonly calls: CallLog;
  readonly faults: FaultInjector;
  readonly functions: FunctionRegistry;
  readonly containers: ContainerRegistry;
  readonly publicParameters: Readonly<Record<string, string>>;
  /** Whose account a caller is in, unless its access key id is twelve digits: then that. */
  readonly account: string;
  /** Undefined where permissions are not enforced. */
  readonly authorizer: Authorizer | undefined;
  /** Gets the rows that calls write. Undefined where none are kept. */
  readonly images?: ItemImages | undefined;
  /** Gets the messages that calls receive. Undefined where none are kept. */
  readonly messages?: MessageMemory | undefined;
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
  // No input of AWS nests so deeply that it fills the stack: such a request is refused.
  if (thrown instanceof RangeError && thrown.message.includes('call stack')) {
    return new ServiceError('SerializationException', 'The request is nested too deeply');
  }
  // A fault in this package must show in the log, and must not look like an answer of AWS.
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

function findAction({ service, operation }: Call): Action | undefined {
  return service !== undefined && Object.hasOwn(service.actions, operation) ? service.actions[operation] : undefined;
}

/** Carries the call out, as often as the fault says. */
async function perform(
  call: Call,
  input: Record<string, unknown>,
  action: Action,
  context: CallContext,
  fault: Fault | undefined,
): Promise<unknown> {
  markSensitive(input, SENSITIVE_MEMBERS[call.serviceName]?.[call.operation]);
  const refused = call.service?.refused?.[call.operation]?.find((name) => (input[name] ?? undefined) !== undefined);
  if (refused !== undefined) {
    throw new ServiceError(
      'NotImplemented',
      `Cannot answer ${call.serviceName} ${call.operation}: the local endpoint does not implement the member ${refused}`,
      { status: 501 },
    );
  }
  const output = await action(input, context);
  if (fault?.kind !== 'duplicate') return output;
  const repeat = call.service?.repeat?.[call.operation] ?? (() => action(call.input(), context));
  try {
    await repeat(output, input, context);
  } catch (error) {
    // The answer of the second time is dropped.
    if (!(error instanceof ServiceError)) throw error;
  }
  return output;
}

/** Sends the answer as the fault says; undefined breaks the connection. */
function deliver(answer: Answer, fault: Fault | undefined, clock: ControlledClock, signal: AbortSignal): Result {
  switch (fault?.kind) {
    case 'reset':
    case 'dropResponse':
      return undefined;
    case 'truncate':
      return { ...answer, sending: { kind: 'half' } };
    case 'slow':
      return {
        ...answer,
        sending: { kind: 'pieces', wait: (part) => sleep(clock, (fault.delayMs ?? 0) * part, signal) },
      };
    default:
      return answer;
  }
}

/** Answers one request to an AWS service, and records it. Never rejects. */
export async function dispatch(endpoint: Endpoint, request: HttpRequest, arrival: Arrival): Promise<Result> {
  const { clock, calls, faults, world } = endpoint;
  const { signal, origin } = arrival;
  // Not `performance`, whose first use loads more than a dozen modules of Node.
  const startedAt = hrtime.bigint();
  const atMs = clock.now();
  const requestId = createRequestId(Math.random);
  const caller = readCaller(request);
  const known = typeof caller === 'string' ? undefined : caller;
  const principal = known && readPrincipal(world, known, endpoint.account, atMs);
  const call = await readCall(endpoint.registry, request, known);
  const { operation, serviceName } = call;
  const component = readComponent(request.headers);
  const touched: Array<{ action: string; resource: string; allowedBy?: readonly string[]; denied?: true }> = [];
  const { images } = endpoint;
  const changes: ItemChange[] | undefined = images && [];
  let answer: Answer;
  let error: ServiceError | undefined;
  let fault: Fault | undefined;
  try {
    if (typeof caller === 'string') throw call.authenticationError(caller);
    if (typeof principal !== 'object') throw call.authenticationError(principal ?? 'missing');
    const action = findAction(call);
    if (action === undefined) throw call.unknown ?? notImplemented(call);
    fault = faults.take({ service: serviceName, operation, component });
    if (fault?.kind === 'delay') await sleep(clock, fault.delayMs ?? 0, signal);
    if (fault?.kind === 'hold') await faults.held(signal);
    const injected = fault && faultError(fault, call.service);
    if (injected !== undefined) throw injected;
    if (fault?.kind === 'reset') throw new ServiceError('ConnectionReset', 'never sent', { status: 0 });
    const { account } = principal;
    const { region, accessKeyId } = caller;
    const input = call.input();
    const { authorizer } = endpoint;
    const userCall: UserCall | undefined = authorizer && {
      service: serviceName,
      operation,
      input,
      principal,
      account,
      region,
      userAgent: String(request.headers['user-agent'] ?? ''),
      source: principal.service === undefined ? undefined : readSource(request.headers),
    };
    const touches: CallContext['touches'] = (resource, iamAction = `${serviceName}:${operation}`, keys = {}) => {
      const entry: (typeof touched)[number] = { action: iamAction, resource };
      touched.push(entry);
      if (userCall === undefined || authorizer === undefined) return;
      try {
        entry.allowedBy = authorizer.check(userCall, iamAction, resource, keys);
      } catch (denial) {
        entry.denied = true;
        throw denial;
      }
    };
    const unnamed = authorizer?.unnamedAction(serviceName, operation);
    if (unnamed !== undefined) touches('*', unnamed);
    const output = await perform(
      call,
      input,
      action,
      {
        service: serviceName,
        action: operation,
        account,
        region,
        origin,
        accessKeyId,
        principal,
        requestId,
        traceHeader: readTraceHeader(request.headers),
        clock: endpoint.background.clockFor(serviceName),
        background: (work) => endpoint.background.run(serviceName, work),
        signal,
        stores: world.stores(account, region),
        storesOf: (otherAccount, otherRegion) => world.stores(otherAccount, otherRegion),
        functions: endpoint.functions,
        containers: endpoint.containers,
        publicParameters: endpoint.publicParameters,
        touches,
        permits: (serviceCall) => authorizer?.permits(serviceCall) ?? true,
        // Its work may outlive this call, so it does not end with this call's client.
        call: (inner) => dispatch(endpoint, inner, { origin, signal: new AbortController().signal }),
        noteItem: changes && ((change) => void changes.push(change)),
        messages: endpoint.messages,
      },
      fault,
    );
    answer = call.answer(output, requestId);
  } catch (thrown) {
    error = toServiceError(thrown, call);
    answer = call.refuse(error, requestId);
  } finally {
    const recorded = {
      atMs,
      service: serviceName,
      operation,
      touched: touched.length > 0 ? touched : [{ action: `${serviceName}:${operation}`, resource: '*' }],
      component,
      accessKeyId: known?.accessKeyId ?? '',
      principal: typeof principal === 'object' ? principal.arn : '',
      status: error?.status ?? 200,
      error: error?.code,
      durationMs: Number(hrtime.bigint() - startedAt) / 1e6,
    };
    calls.add(recorded);
    if (changes !== undefined) images?.add(recorded, changes);
  }
  return deliver(answer, fault, clock, signal);
}
