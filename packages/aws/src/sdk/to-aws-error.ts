import { AwsError } from '../error.ts';
import type { CallIdentity } from '../lean/to-error.ts';
import { faultError } from '../lean/to-error.ts';
import type { SetupFault } from '../setup-fault.ts';
import { CREDENTIALS_MISSING, REGION_MISSING, setupError } from '../setup-fault.ts';
import { THROTTLING_CODES } from '../throttling.ts';
import type { Unmarshall } from './sdk-client.ts';

/** The fields of the SDK's exceptions and of Node's network errors that are read here. */
interface SdkFailure {
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $retryable?: unknown;
  Item?: Record<string, never>;
  CancellationReasons?: Array<{ Code?: string; Message?: string; Item?: Record<string, never> }>;
  /** Node joins the failures of several addresses (IPv6, IPv4) into one AggregateError. */
  errors?: Array<{ code?: string }>;
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'UND_ERR_SOCKET']);

/** Errors that the SDK throws before it sends anything, without a region or without credentials. */
const UNSET: ReadonlyArray<{ matches(failure: SdkFailure): boolean; fault: SetupFault }> = [
  {
    // Bare Errors, recognized by their text. An empty variable is to the SDK a region that it does
    // not accept.
    matches: ({ message = '' }) =>
      message === 'Region is missing' || message.startsWith('Region not accepted: region=""'),
    fault: REGION_MISSING,
  },
  {
    matches: ({ name, message }) =>
      name === 'CredentialsProviderError' && message === 'Could not load credentials from any providers',
    fault: CREDENTIALS_MISSING,
  },
];

/**
 * Why no connection came about, in which case the call had no effect; `undefined` for every other
 * failure.
 */
export function refusedConnection(cause: unknown): string | undefined {
  const failure = (typeof cause === 'object' && cause !== null ? cause : {}) as SdkFailure; // looked at field by field
  const code = networkCodeOf(failure);
  if (code !== undefined) return UNREACHABLE.has(code) ? code : undefined;
  // The SDK's time-out for connecting is the one without a code.
  const timedOut = failure.name === 'TimeoutError' && /connection|connect /i.test(failure.message ?? '');
  return timedOut ? 'connection timed out' : undefined;
}

function networkCodeOf(failure: SdkFailure): string | undefined {
  return failure.code ?? failure.errors?.find((error) => error.code)?.code;
}

/** Turns whatever the SDK threw into an {@link AwsError} that names the call. */
export function toAwsError(cause: unknown, call: CallIdentity, unmarshall: Unmarshall = (item) => item): AwsError {
  const failure = (typeof cause === 'object' && cause !== null ? cause : { message: String(cause) }) as SdkFailure;
  const subject = `${call.service} ${call.operation}`;
  const networkCode = networkCodeOf(failure);
  const identity = { service: call.service, operation: call.operation };

  if (failure.$metadata?.httpStatusCode === undefined) {
    const refused = refusedConnection(failure);
    if (refused !== undefined) return faultError(call, { kind: 'unreachable', code: refused }, cause);
    const unset = UNSET.find(({ matches }) => matches(failure));
    if (unset !== undefined) return setupError(unset.fault, call.service, call.operation, '', { cause });
    if (failure.name === 'TimeoutError' || (networkCode !== undefined && BROKEN.has(networkCode))) {
      // The SDK calls a reset connection a TimeoutError too; its code tells them apart.
      const waited = networkCode === undefined || networkCode === 'ETIMEDOUT';
      return faultError(call, { kind: waited ? 'timeout' : 'broken', code: networkCode }, cause);
    }
  }

  const awsCode = failure.name ?? 'UnknownError';
  const status = failure.$metadata?.httpStatusCode;
  const retryable =
    THROTTLING_CODES.has(awsCode) ||
    awsCode === 'OverLimit' ||
    failure.$retryable !== undefined ||
    (status !== undefined && status >= 500);
  return new AwsError(
    `Cannot call ${subject}: ${awsCode}${failure.message ? `: ${failure.message}` : ''}`,
    {
      ...identity,
      awsCode,
      retryable,
      httpStatus: status,
      requestId: failure.$metadata?.requestId,
      ...(failure.Item ? { item: unmarshall(failure.Item) } : {}),
      ...(failure.CancellationReasons
        ? {
            cancellationReasons: failure.CancellationReasons.map(({ Item, ...reason }) =>
              Item ? { ...reason, Item: unmarshall(Item) } : reason,
            ),
          }
        : {}),
    },
    { cause },
  );
}
