import type { Aws, CallOptions, Input, Operation, Output, Service } from './port.ts';
import { nameComponent } from './sdk/component-header.ts';
import { keepSingle, OpenOutcome } from './sdk/keep-single.ts';
import { loadService } from './sdk/load-service.ts';
import type { SdkClient, SdkCommand, SdkService, SendSettings } from './sdk/sdk-client.ts';
import { toAwsError } from './sdk/to-aws-error.ts';
import type { AwsSettings, Environment } from './settings.ts';
import { DEFAULT_SETTINGS, endpointFor } from './settings.ts';

export interface AwsOptions extends AwsSettings {
  /** Where region and endpoint are read from, usually `process.env`. */
  env: Environment;
  /** SDK clients to use instead of our own, by service; they keep their own settings. */
  clients?: Partial<Record<Service, SdkClient>>;
}

const KNOWN = [
  'env',
  'clients',
  'region',
  'endpoint',
  'credentials',
  'maxAttempts',
  'connectTimeoutMs',
  'requestTimeoutMs',
];

/**
 * The port to AWS on the official SDK. Each service's SDK is loaded by its first call.
 *
 * @throws TypeError for an unknown option, a client without `send`, or an endpoint that is no URL.
 * @example
 * ```ts
 * const aws = createAws({ env: process.env });
 * const { Parameters } = await aws.call('ssm', 'GetParameters', { Names: ['/orders/prod/x'] }, { access: 'read' });
 * ```
 */
export function createAws(options: AwsOptions): Aws {
  assertOptions(options);
  const { env, clients = {}, ...settings } = options;
  const services = new Map<Service, Promise<SdkService>>();

  const load = (service: Service): Promise<SdkService> => {
    const loaded = services.get(service) ?? loadService(service, settings, env, clients[service]);
    services.set(service, loaded);
    return loaded;
  };

  const call = async <S extends Service, O extends Operation<S>>(
    service: S,
    operation: O,
    input: Input<S, O>,
    { access, repeatable = false, signal }: CallOptions,
    component: string | undefined,
  ): Promise<Output<S, O>> => {
    signal?.throwIfAborted();
    const { client, commands, unmarshall } = await load(service);
    const Command = commands[operation];
    if (!Command) throw new TypeError(`Cannot call ${service} ${operation}: the port has no such operation`);
    const command = new Command(input as never); // the port's own types check the input; the SDK's are per command
    if (component !== undefined) nameComponent(command as SdkCommand, component);
    if (access === 'write' && !repeatable) keepSingle(command as SdkCommand);
    try {
      return await client.send(command, sendSettings(settings, input, signal));
    } catch (error) {
      // Whatever the SDK made of the abort, callers see the reason that they gave.
      signal?.throwIfAborted();
      const failure = error instanceof OpenOutcome ? error.failure : error;
      throw toAwsError(failure, { service, operation, endpoint: endpointFor(service, settings, env) }, unmarshall);
    }
  };

  const named = (component: string | undefined): Aws => ({
    call: (service, operation, input, callOptions) => call(service, operation, input, callOptions, component),
    as: (name) => named(name),
  });
  return named(undefined);
}

function sendSettings(settings: AwsSettings, input: unknown, signal: AbortSignal | undefined): SendSettings {
  const waitSeconds = (input as { WaitTimeSeconds?: number }).WaitTimeSeconds ?? 0; // ReceiveMessage alone has it
  const attemptMs = settings.requestTimeoutMs ?? DEFAULT_SETTINGS.requestTimeoutMs;
  return {
    ...(signal === undefined ? {} : { abortSignal: signal }),
    ...(waitSeconds > 0 ? { requestTimeout: attemptMs + waitSeconds * 1_000 } : {}),
  };
}

function assertOptions(options: AwsOptions): void {
  const faults: string[] = [];
  for (const key of Object.keys(options)) if (!KNOWN.includes(key)) faults.push(`unknown option '${key}'`);
  if (typeof options.env !== 'object' || options.env === null) faults.push("'env' is missing: pass process.env");
  for (const [service, client] of Object.entries(options.clients ?? {})) {
    if (typeof client?.send !== 'function') faults.push(`clients.${service} has no send(): pass an AWS SDK v3 client`);
  }
  if (options.endpoint !== undefined && !URL.canParse(options.endpoint)) {
    faults.push("'endpoint' is not a URL: write e.g. http://127.0.0.1:4566");
  }
  if (faults.length > 0) throw new TypeError(`Cannot create the AWS port: ${faults.join('; ')}`);
}
