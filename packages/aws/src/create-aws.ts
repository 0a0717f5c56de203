import { AwsError } from './error.ts';
import { uncovered, uncoveredCredentials } from './lean/covers.ts';
import { createLeanTransport } from './lean/lean-transport.ts';
import type { Input, Operation, Output, Service } from './operations/aws-operations.ts';
import type { AwsOptions } from './options.ts';
import { assertOptions } from './options.ts';
import type { Aws, CallOptions } from './port.ts';
import { createSdkTransport } from './sdk/sdk-transport.ts';
import type { AwsService } from './services/aws-service.ts';
import type { AwsSettings, Credentials, Environment, TransportName } from './settings.ts';
import { regionFor } from './settings.ts';
import type { SetupFault } from './setup-fault.ts';
import { setupError, setupFault } from './setup-fault.ts';
import type { ConnectionCounts, LeanTransport, Transport } from './transport.ts';

/** The port with the members that only its creator should use. */
export interface AwsPort extends Aws, AsyncDisposable {
  /**
   * Drops idle connections, which the other side may have closed during a freeze. Call it when the
   * process goes on. Connections that were idle for 15 s by the wall clock are never used again.
   */
  resume(): void;
  /**
   * Connection counts per service since the last call: the most that were in use at once, and how
   * many calls had to wait. Covers the lean transport only; the SDK does not expose its pool.
   */
  takeConnectionCounts(): ConnectionCounts[];
  /** The region of every call; undefined when it is left to the SDK's shared config file. */
  readonly region: string | undefined;
  /**
   * The credentials that the next call is signed with, for `createAuthTokens`. Rejects when they
   * are left to the SDK's chain.
   */
  credentials(): Promise<Credentials>;
  /** Closes idle connections now and busy ones after their call; later calls fail. */
  close(): void;
}

/**
 * The port to AWS. Calls are signed and sent by the lean transport, on Node alone; through the
 * official SDK go services with a
 * client in `clients` or `transport: 'sdk'`, and what the lean transport does not cover: operations
 * outside its list, FIPS and
 * dual-stack endpoints, adaptive retries, and credentials from anywhere but the environment, a
 * container and `credentials`.
 *
 * @throws TypeError for an unknown option, a client without `send`, or an endpoint that is no URL.
 * @example
 * ```ts
 * import { ssm } from '@twelvefold/aws';
 *
 * const aws = createAws({ env: process.env });
 * const { Parameters } = await aws.call(ssm, 'GetParameters', { Names: ['/orders/prod/x'] }, {
 * access: 'read' });
 * ```
 */
export function createAws(options: AwsOptions): AwsPort {
  assertOptions(options);
  const { env, clients = {}, logger, ...settings } = options;
  const reasons = new Map<AwsService, Map<string, string | undefined>>();
  let lean: LeanTransport | undefined;
  let sdk: Transport | undefined;

  /** Why a call goes through the SDK; `undefined` when it does not. */
  const sdkReason = (service: AwsService, operation: string): string | undefined => {
    let known = reasons.get(service);
    if (!known) {
      known = new Map();
      reasons.set(service, known);
    }
    if (known.has(operation)) return known.get(operation);
    const chosen = clients[service.name] ? "'clients' has an SDK client" : undefined;
    const named = nameOf(settings, env, service.name) === 'sdk' ? "the transport is 'sdk'" : undefined;
    const reason = chosen ?? named ?? uncovered(service, operation, settings, env);
    known.set(operation, reason);
    return reason;
  };

  const faults = new Map<AwsService, SetupFault | undefined>();
  const setupFaultOf = (service: AwsService): SetupFault | undefined => {
    if (!faults.has(service))
      faults.set(service, clients[service.name] ? undefined : setupFault(service, settings, env));
    return faults.get(service);
  };

  const leanTransport = (): LeanTransport => {
    lean ??= createLeanTransport(settings, env, logger);
    return lean;
  };

  const credentials = async (): Promise<Credentials> => {
    const reason = uncoveredCredentials(settings, env);
    if (reason === undefined) return leanTransport().credentials();
    const message = `Cannot get credentials to sign with: ${reason}; pass 'credentials', e.g. fromNodeProviderChain() of @aws-sdk/credential-providers`;
    throw new AwsError(message, {
      awsCode: 'CredentialsProviderError',
      service: 'credentials',
      operation: 'Sign',
      retryable: false,
    });
  };

  const transportOf = (service: AwsService, operation: string): Transport => {
    const fault = setupFaultOf(service);
    if (fault !== undefined) throw setupError(fault, service.name, operation);
    if (sdkReason(service, operation) === undefined) return leanTransport();
    sdk ??= createSdkTransport(settings, env, clients, (call) => sdkReason(call.service, call.operation) ?? '');
    return sdk;
  };

  const call = async <S extends Service, O extends Operation<S>>(
    service: AwsService<S>,
    operation: O,
    input: Input<S, O>,
    { access, repeatable, timeoutMs, signal, onAnswer }: CallOptions,
    component: string | undefined,
  ): Promise<Output<S, O>> => {
    signal?.throwIfAborted();
    assertAccess(service, operation, access);
    const output = await transportOf(service, operation).send({
      service,
      operation,
      input,
      access,
      repeatable,
      timeoutMs,
      signal,
      onAnswer,
      component,
    });
    return output as Output<S, O>; // what the operation's name says
  };

  const named = (component: string | undefined): Aws => ({
    call: (service, operation, input, callOptions) => call(service, operation, input, callOptions, component),
    as: (name) => named(name),
  });
  const close = () => {
    lean?.close();
    sdk?.close();
  };
  return {
    ...named(undefined),
    region: regionFor(settings, env),
    credentials,
    resume: () => {
      lean?.resume();
      sdk?.resume();
    },
    takeConnectionCounts: () => lean?.takeCounts?.() ?? [],
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

function nameOf(settings: AwsSettings, env: Environment, service: Service): TransportName {
  const { transport } = settings;
  const given = typeof transport === 'object' ? transport[service] : transport;
  return given ?? (env.TWELVEFOLD_TRANSPORT === 'sdk' ? 'sdk' : 'lean');
}

/** A write that is called a read would be tried again although it may have happened. */
function assertAccess({ name, operations }: AwsService, operation: string, access: string): void {
  if (access === 'read' && operations[operation] === 'write') {
    throw new TypeError(`Cannot call ${name} ${operation} as a read: it changes something; pass access: 'write'`);
  }
}
