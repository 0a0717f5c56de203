import type { AwsError } from '../error.ts';
import type { Credentials } from '../settings.ts';
import type { TransportCall } from '../transport.ts';
import type { HttpResponse } from './http/response-reader.ts';
import { TransportFault } from './http/transport-fault.ts';
import type { LeanClient, LeanContext } from './lean-transport.ts';
import type { FailureKind } from './retry/classify.ts';
import { classify } from './retry/classify.ts';
import { retryHint } from './retry/retry-delay.ts';
import type { ServiceFailure } from './services/lean-service.ts';
import { signRequest } from './signing/sign-request.ts';
import { answerError, faultError, serviceError } from './to-error.ts';
import { traceHeader } from './trace-header.ts';
import { componentSuffix } from './user-agent.ts';

/** A call that is the same for all of its attempts. */
export interface Prepared {
  readonly call: TransportCall;
  readonly body: string;
  readonly bodyBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Tells AWS that two requests are one call. */
  readonly invocationId: string;
}

export interface AttemptLimits {
  readonly number: number;
  readonly firstByteMs: number;
  readonly bodyMs: number;
}

export type Outcome = { readonly output: unknown } | AttemptFailure;

export interface AttemptFailure {
  readonly error: AwsError;
  readonly kind: FailureKind;
  /** Whether AWS may have done what was asked. */
  readonly mayHaveHappened: boolean;
  /** A kept-alive connection that was dead already. */
  readonly stale: boolean;
  /** Milliseconds that the server asked to wait. */
  readonly hintMs: number | undefined;
  /** What the server takes the time to be. */
  readonly serverTimeMs: number | undefined;
  readonly credentials: Credentials;
  /** The correction of the clock that it was signed with. */
  readonly skewMs: number;
}

/** Signs and sends once. Rejects only with the signal's reason and with what the source of credentials threw. */
export async function attempt(
  context: LeanContext,
  client: LeanClient,
  prepared: Prepared,
  limits: AttemptLimits,
): Promise<Outcome> {
  const { call } = prepared;
  const given = context.credentials.get();
  const credentials = given instanceof Promise ? await given : given;
  const identity = { service: client.service, operation: call.operation, endpoint: client.endpoint };
  const { skewMs } = client;
  let response: HttpResponse;
  try {
    response = await client.pool.exchange({
      request: requestText(context, client, prepared, credentials, limits.number),
      firstByteMs: limits.firstByteMs,
      bodyMs: limits.bodyMs,
      signal: call.signal,
    });
  } catch (fault) {
    if (!(fault instanceof TransportFault)) throw fault;
    const final = fault.kind === 'handshake' || fault.kind === 'oversize';
    return {
      error: faultError(identity, fault),
      kind: final ? 'final' : 'transient',
      mayHaveHappened: fault.sent,
      stale: fault.stale,
      hintMs: undefined,
      serverTimeMs: undefined,
      credentials,
      skewMs,
    };
  }
  const failed = (error: AwsError, kind: FailureKind, mayHaveHappened: boolean): AttemptFailure => {
    const { headers } = response;
    const now = context.runtime.now();
    const date = headers.date === undefined || headers.age !== undefined ? Number.NaN : Date.parse(headers.date);
    return {
      error,
      kind,
      mayHaveHappened,
      stale: false,
      hintMs: retryHint(headers, now),
      serverTimeMs: Number.isNaN(date) ? undefined : date,
      credentials,
      skewMs,
    };
  };
  const { protocol } = client;
  const text = response.body.toString('utf8');
  if (response.status >= 300) {
    const failure = readFailure(() => protocol.decodeError(text, response.headers));
    const error = serviceError(identity, response, failure);
    return failed(error, classify(response.status, error.code, failure.message), response.status >= 500);
  }
  let output: unknown;
  try {
    output = protocol.decode(call.operation, text);
  } catch (cause) {
    const reason = `the answer is not one of ${client.service}${cause instanceof RangeError ? `: ${cause.message}` : ''}`;
    return failed(answerError(identity, response, 'InvalidResponse', reason, cause), 'transient', true);
  }
  const damage = protocol.verify?.(call.operation, call.input, output);
  if (damage === undefined) return { output };
  return failed(answerError(identity, response, 'InvalidChecksum', damage), 'final', true);
}

/** Errors come from proxies and load balancers too, in HTML: the status is all that they say. */
function readFailure(read: () => ServiceFailure): ServiceFailure {
  try {
    return read();
  } catch {
    return { code: undefined, message: undefined };
  }
}

function requestText(
  context: LeanContext,
  client: LeanClient,
  { call, body, bodyBytes, headers, invocationId }: Prepared,
  credentials: Credentials,
  number: number,
): string {
  const date = amzDate(context.runtime.now() + client.skewMs);
  const signed: Record<string, string> = { ...headers, host: client.host, 'x-amz-date': date };
  if (credentials.sessionToken !== undefined) signed['x-amz-security-token'] = credentials.sessionToken;
  const { authorization } = signRequest(
    { method: 'POST', path: client.path, headers: signed, body },
    { region: client.region, service: client.service, credentials, date },
  );
  let head = `POST ${client.path} HTTP/1.1\r\n`;
  for (const name in signed) head += `${name}: ${signed[name]}\r\n`;
  const trace = traceHeader(context.env);
  if (trace !== undefined) head += `x-amzn-trace-id: ${trace}\r\n`;
  const agent = context.userAgent + componentSuffix(call.component);
  return `${head}content-length: ${bodyBytes}\r\nauthorization: ${authorization}\r\nuser-agent: ${agent}\r\namz-sdk-invocation-id: ${invocationId}\r\namz-sdk-request: attempt=${number}; max=${context.maxAttempts}\r\n\r\n${body}`;
}

let lastSecond = -1;
let lastDate = '';

/** `20150830T123600Z`; the same for a whole second. */
function amzDate(ms: number): string {
  const second = Math.floor(ms / 1_000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastDate = `${new Date(second * 1_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  }
  return lastDate;
}
