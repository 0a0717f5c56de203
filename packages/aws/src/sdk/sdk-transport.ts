import type { Service } from '../operations/aws-operations.ts';
import type { Answer } from '../port.ts';
import { dateOf } from '../server-date.ts';
import type { AwsSettings, Environment } from '../settings.ts';
import { DEFAULT_SETTINGS, endpointFor } from '../settings.ts';
import type { Transport, TransportCall } from '../transport.ts';
import { keepSingle, OpenOutcome } from './keep-single.ts';
import { loadService } from './load-service.ts';
import type { SdkClient, SdkCommand, SdkService, SendSettings } from './sdk-client.ts';
import { toAwsError } from './to-aws-error.ts';

/**
 * Calls through the official SDK. `why` says for each service what it is used for, should it not be
 * installed.
 */
export function createSdkTransport(
  settings: AwsSettings,
  env: Environment,
  clients: Partial<Record<Service, SdkClient>>,
  why: (call: TransportCall) => string,
): Transport {
  const services = new Map<string, Promise<SdkService>>();

  const load = (call: TransportCall): Promise<SdkService> => {
    const { service } = call;
    const loaded = services.get(service.name) ?? loadService(call, settings, env, clients[service.name], why(call));
    services.set(service.name, loaded);
    return loaded;
  };

  return {
    send: async (call) => {
      const { service, operation, input, access, repeatable = false, timeoutMs, component, onAnswer } = call;
      const limit = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
      const signal = limit && call.signal ? AbortSignal.any([call.signal, limit]) : (call.signal ?? limit);
      const { client, command, unmarshall } = await load(call);
      const Command = command(operation);
      if (!Command) throw new TypeError(`Cannot call ${service.name} ${operation}: the port has no such operation`);
      const sent = new Command(input as never); // the port's own types check the input; the SDK's are per command
      if (component !== undefined) nameComponent(sent, component);
      if (access === 'write' && !repeatable) keepSingle(sent);
      if (onAnswer !== undefined) reportAnswers(sent, onAnswer);
      try {
        return await client.send(sent, sendSettings(settings, input, signal));
      } catch (error) {
        // Whatever the SDK made of the abort, callers see the reason that they gave.
        call.signal?.throwIfAborted();
        const failure = limit?.aborted ? LATE : error instanceof OpenOutcome ? error.failure : error;
        const endpoint = endpointFor(service, settings, env);
        throw toAwsError(failure, { service: service.name, operation, endpoint }, unmarshall);
      }
    },
    // Its sockets are out of reach; a request on a dead one fails and is tried again.
    resume: () => {},
    close: () => {
      for (const [name, loaded] of services) {
        // A client that was passed in is destroyed by its owner.
        if (clients[name as Service] === undefined) loaded.then(({ client }) => client.destroy?.()).catch(() => {});
      }
    },
  };
}

/** The SDK's own time-out error: the DOMException of a signal has a number for its code. */
const LATE = { name: 'TimeoutError', message: 'The call took longer than its timeoutMs' };

function sendSettings(settings: AwsSettings, input: unknown, signal: AbortSignal | undefined): SendSettings {
  const waitSeconds = (input as { WaitTimeSeconds?: number }).WaitTimeSeconds ?? 0; // only ReceiveMessage has it
  const attemptMs = settings.requestTimeoutMs ?? DEFAULT_SETTINGS.requestTimeoutMs;
  return {
    ...(signal === undefined ? {} : { abortSignal: signal }),
    ...(waitSeconds > 0 ? { requestTimeout: attemptMs + waitSeconds * 1_000 } : {}),
  };
}

/**
 * Names the component in the call's user agent as `md/component#NAME`. The user agent is not part
 * of a SigV4 signature,
 * and CloudTrail keeps it.
 */
function nameComponent(command: SdkCommand, component: string): void {
  const suffix = ` md/component#${component.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`;
  command.middlewareStack.add(
    (next: (args: unknown) => unknown) => (args: { request?: { headers?: Record<string, string> } }) => {
      const headers = args.request?.headers;
      if (headers) headers['user-agent'] = `${headers['user-agent'] ?? ''}${suffix}`.trimStart();
      return next(args);
    },
    // lib-dynamodb runs a command's stack twice over, its own and the inner command's: the later
    // one replaces the first.
    { step: 'finalizeRequest', name: 'twelvefoldComponent', override: true },
  );
}

/**
 * Reports the date and the time of each answer, from next to the wire: before errors are made of
 * them.
 */
function reportAnswers(command: SdkCommand, onAnswer: (answer: Answer) => void): void {
  command.middlewareStack.add(
    (next: (args: unknown) => Promise<{ response?: { headers?: Record<string, string> } }>) =>
      async (args: unknown) => {
        const sentAtMs = performance.now();
        const result = await next(args);
        const serverTimeMs = dateOf(result.response?.headers ?? {});
        onAnswer({ serverTimeMs, roundTripMs: performance.now() - sentAtMs });
        return result;
      },
    // Inside of the SDK's deserializer, which has the priority 'normal'.
    { step: 'deserialize', name: 'twelvefoldAnswer', override: true, priority: 'low' },
  );
}
