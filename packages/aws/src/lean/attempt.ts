import type { AwsError } from '../error.ts';
import { dateOf } from '../server-date.ts';
import type { ServiceFailure } from '../services/aws-service.ts';
import type { Credentials, Environment } from '../settings.ts';
import type { TransportCall } from '../transport.ts';
import type { HttpResponse } from './http/response-reader.ts';
import { TransportFault } from './http/transport-fault.ts';
import type { LeanClient, LeanContext, RequestHead } from './lean-client.ts';
import type { FailureKind } from './retry/classify.ts';
import { classify } from './retry/classify.ts';
import { retryHint } from './retry/retry-delay.ts';
import { signBody, signingHead } from './signing/sign-request.ts';
import { answerError, faultError, serviceError } from './to-error.ts';

/** A call that is the same for all of its attempts. */
export interface Prepared {
  readonly call: TransportCall;
  readonly body: string;
  readonly bodyBytes: number;
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
  /** The time by the server's clock. */
  readonly serverTimeMs: number | undefined;
  readonly credentials: Credentials;
  /** The correction of the clock that it was signed with. */
  readonly skewMs: number;
}

/**
 * Signs and sends once. Rejects only with the signal's reason and with what the source of
 * credentials threw.
 */
export async function attempt(
  context: LeanContext,
  client: LeanClient,
  prepared: Prepared,
  limits: AttemptLimits,
): Promise<Outcome> {
  const { call } = prepared;
  const given = context.credentials.get();
  const credentials = given instanceof Promise ? await given : given;
  const { skewMs } = client;
  const { name, protocol } = client.service;
  let response: HttpResponse;
  const sentAtMs = call.onAnswer === undefined ? 0 : performance.now();
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
      error: faultError(identityOf(client, call), fault),
      kind: final ? 'final' : 'transient',
      mayHaveHappened: fault.sent,
      stale: fault.stale,
      hintMs: undefined,
      serverTimeMs: undefined,
      credentials,
      skewMs,
    };
  }
  const { text } = response;
  call.onAnswer?.({ serverTimeMs: dateOf(response.headers), roundTripMs: performance.now() - sentAtMs });
  if (response.status < 300) {
    try {
      const output = protocol.decode(call.operation, text, response.status);
      const damage = protocol.verify?.(call.operation, call.input, output);
      if (damage === undefined) return { output };
      return failed(answerError(identityOf(client, call), response, 'InvalidChecksum', damage), 'final', true);
    } catch (cause) {
      const reason = `the answer is not one of ${name}${cause instanceof RangeError ? `: ${cause.message}` : ''}`;
      const error = answerError(identityOf(client, call), response, 'InvalidResponse', reason, cause);
      return failed(error, 'transient', true);
    }
  }
  const failure = readFailure(() => protocol.decodeError(text, response.headers));
  const error = serviceError(identityOf(client, call), response, failure);
  return failed(error, classify(response.status, error.awsCode, failure.message), response.status >= 500);

  function failed(error: AwsError, kind: FailureKind, mayHaveHappened: boolean): AttemptFailure {
    const { headers } = response;
    return {
      error,
      kind,
      mayHaveHappened,
      stale: false,
      hintMs: retryHint(headers, context.runtime.now()),
      serverTimeMs: dateOf(headers),
      credentials,
      skewMs,
    };
  }
}

const identityOf = ({ service, endpoint }: LeanClient, { operation }: TransportCall) => ({
  service: service.name,
  operation,
  endpoint,
});

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
  { call, body, bodyBytes, invocationId }: Prepared,
  credentials: Credentials,
  number: number,
): string {
  const date = amzDate(context.runtime.now() + client.skewMs);
  // A head with a path of one resource is not kept: there may be any number of resources.
  let head = client.service.protocol.path ? undefined : client.heads.get(call.operation);
  if (head?.date !== date || head.credentials !== credentials) {
    head = requestHead(client, call, credentials, date);
    client.heads.set(call.operation, head);
  }
  const authorization = authorizationOf(head, body);
  const trace = context.mayHaveTrace ? traceHeader(context.env) : undefined;
  const traced = trace === undefined ? '' : `x-amzn-trace-id: ${trace}\r\n`;
  return `${head.text}${traced}content-length: ${bodyBytes}\r\nauthorization: ${authorization}\r\nuser-agent: ${context.userAgent(call.component)}\r\namz-sdk-invocation-id: ${invocationId}\r\namz-sdk-request: attempt=${number}; max=${context.maxAttempts}\r\n\r\n${body}`;
}

/** Longer bodies are seldom sent twice, and not worth holding on to. */
const MAX_KEPT_CHARS = 1_024;

function authorizationOf(head: RequestHead, body: string): string {
  if (head.last?.body === body) return head.last.authorization;
  const { authorization } = signBody(head.signing, body);
  if (body.length <= MAX_KEPT_CHARS) head.last = { body, authorization };
  return authorization;
}

function requestHead(
  client: LeanClient,
  { operation, input }: TransportCall,
  credentials: Credentials,
  date: string,
): RequestHead {
  const { region, service, host } = client;
  const { protocol } = service;
  const suffix = protocol.path?.(operation, input);
  const path = suffix === undefined ? client.path : client.path.replace(/\/$/, '') + suffix;
  const headers: Record<string, string> = { ...protocol.headers(operation, input), host, 'x-amz-date': date };
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;
  let text = `POST ${path} HTTP/1.1\r\n`;
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  const signing = signingHead({ method: 'POST', path, headers }, { region, service: service.name, credentials, date });
  return { date, credentials, text, signing, last: undefined };
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

/**
 * A Lambda runtime with several invocations at once keeps their traces here, not in the
 * environment.
 */
interface RuntimeGlobals {
  awslambda?: { InvokeStore?: { getXRayTraceId?: () => string | undefined } };
}

/**
 * The trace of the invocation, by which Lambda stops functions that call themselves through SQS or
 * SNS in circles. Only for functions.
 */
function traceHeader(env: Environment): string | undefined {
  const { awslambda } = globalThis as RuntimeGlobals; // put there by the runtime, under this name
  const trace = awslambda?.InvokeStore?.getXRayTraceId?.() ?? env._X_AMZN_TRACE_ID;
  // It becomes a header: nothing that could begin another one.
  return trace && /^[\x20-\x7e]{1,1024}$/.test(trace) ? trace : undefined;
}
