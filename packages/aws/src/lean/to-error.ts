import { AwsError } from '../error.ts';
import type { HttpResponse } from './http/response-reader.ts';
import type { TransportFault } from './http/transport-fault.ts';
import { classify } from './retry/classify.ts';
import type { ServiceFailure } from './services/lean-service.ts';

export interface CallIdentity {
  readonly service: string;
  readonly operation: string;
  /** Where the call went, when it was not AWS's own endpoint. */
  readonly endpoint: string | undefined;
}

const requestIdOf = ({ headers }: HttpResponse) => headers['x-amzn-requestid'] ?? headers['x-amz-request-id'];

/** What AWS answered to a call that failed. */
export function serviceError(call: CallIdentity, response: HttpResponse, failure: ServiceFailure): AwsError {
  const { status } = response;
  const code = failure.code ?? `Http${status}`;
  const redirect = status < 400 ? `the endpoint redirects to ${response.headers.location ?? 'elsewhere'}` : undefined;
  const message = failure.message ?? redirect;
  const { item, cancellationReasons } = failure;
  return new AwsError(`Cannot call ${call.service} ${call.operation}: ${code}${message ? `: ${message}` : ''}`, {
    service: call.service,
    operation: call.operation,
    code,
    httpStatus: status,
    requestId: requestIdOf(response),
    retryable: classify(status, code) !== 'final' || code === 'OverLimit' || status >= 500,
    ...(item ? { item } : {}),
    ...(cancellationReasons ? { cancellationReasons } : {}),
  });
}

/** An answer that says success and cannot be read or does not add up. */
export function answerError(
  call: CallIdentity,
  response: HttpResponse,
  code: 'InvalidResponse' | 'InvalidChecksum',
  reason: string,
  cause?: unknown,
): AwsError {
  return new AwsError(
    `Cannot call ${call.service} ${call.operation}: ${reason}`,
    {
      service: call.service,
      operation: call.operation,
      code,
      httpStatus: response.status,
      requestId: requestIdOf(response),
      retryable: true,
    },
    cause === undefined ? undefined : { cause },
  );
}

/** A call that got no answer. */
export function faultError(call: CallIdentity, fault: TransportFault): AwsError {
  const { service, operation, endpoint } = call;
  const { code, reason, retryable } = describe(fault, endpoint);
  return new AwsError(
    `Cannot call ${service} ${operation}: ${reason}`,
    { service, operation, code, retryable },
    { cause: fault },
  );
}

function describe(
  fault: TransportFault,
  endpoint: string | undefined,
): { code: string; reason: string; retryable: boolean } {
  const where = endpoint ?? "AWS's endpoint for the region";
  switch (fault.kind) {
    case 'unreachable': {
      const next =
        endpoint === undefined ? 'check the network and the region' : 'start it, or correct AWS_ENDPOINT_URL';
      const why = fault.code ?? 'connection timed out';
      return { code: 'EndpointUnreachable', reason: `${where} is unreachable (${why}); ${next}`, retryable: true };
    }
    case 'handshake':
      return {
        code: 'TlsError',
        reason: `${where} cannot be trusted or speaks no TLS: ${fault.message}`,
        retryable: false,
      };
    case 'timeout':
      return { code: 'NetworkError', reason: `no answer in time from ${where}`, retryable: true };
    case 'broken':
      return { code: 'NetworkError', reason: `connection broke (${fault.code ?? 'answer cut off'})`, retryable: true };
    case 'malformed':
      return {
        code: 'InvalidResponse',
        reason: `${where} answered what is not HTTP: ${fault.message}`,
        retryable: true,
      };
    case 'oversize':
      return { code: 'ResponseTooLarge', reason: fault.message, retryable: false };
  }
}
