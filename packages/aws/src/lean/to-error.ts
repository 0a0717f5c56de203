import { AwsError } from '../error.ts';
import type { ServiceFailure } from '../services/aws-service.ts';
import type { HttpResponse } from './http/response-reader.ts';
import type { TransportFault } from './http/transport-fault.ts';
import { classify } from './retry/classify.ts';

export interface CallIdentity {
  readonly service: string;
  readonly operation: string;
  /** Where the call went, when it was not AWS's own endpoint. */
  readonly endpoint: string | undefined;
}

const requestIdOf = ({ headers }: HttpResponse) => headers['x-amzn-requestid'] ?? headers['x-amz-request-id'];

/** The error for a service's response to a call that failed. */
export function serviceError(call: CallIdentity, response: HttpResponse, failure: ServiceFailure): AwsError {
  const { status } = response;
  const awsCode = failure.code ?? `Http${status}`;
  const redirect = status < 400 ? `the endpoint redirects to ${response.headers.location ?? 'elsewhere'}` : undefined;
  const message = failure.message ?? redirect;
  const { item, cancellationReasons } = failure;
  return new AwsError(`Cannot call ${call.service} ${call.operation}: ${awsCode}${message ? `: ${message}` : ''}`, {
    service: call.service,
    operation: call.operation,
    awsCode,
    httpStatus: status,
    requestId: requestIdOf(response),
    retryable: classify(status, awsCode) !== 'final' || awsCode === 'OverLimit' || status >= 500,
    ...(item ? { item } : {}),
    ...(cancellationReasons ? { cancellationReasons } : {}),
  });
}

/** An answer that says success and cannot be read or does not add up. */
export function answerError(
  call: CallIdentity,
  response: HttpResponse,
  awsCode: 'InvalidResponse' | 'InvalidChecksum',
  reason: string,
  cause?: unknown,
): AwsError {
  return new AwsError(
    `Cannot call ${call.service} ${call.operation}: ${reason}`,
    {
      service: call.service,
      operation: call.operation,
      awsCode,
      httpStatus: response.status,
      requestId: requestIdOf(response),
      retryable: true,
    },
    cause === undefined ? undefined : { cause },
  );
}

/** A transport fault, or a failure of the SDK, whose kinds have no `message`. */
type Fault = Pick<TransportFault, 'kind' | 'code'> & { readonly message?: string };

/** A call that got no answer. */
export function faultError(call: CallIdentity, fault: Fault, cause: unknown = fault): AwsError {
  const { service, operation, endpoint } = call;
  const { awsCode, reason, retryable } = describe(fault, endpoint);
  return new AwsError(
    `Cannot call ${service} ${operation}: ${reason}`,
    { service, operation, awsCode, retryable },
    { cause },
  );
}

function describe(
  { kind, code, message = '' }: Fault,
  endpoint: string | undefined,
): { awsCode: string; reason: string; retryable: boolean } {
  const where = endpoint ?? "AWS's endpoint for the region";
  switch (kind) {
    case 'unreachable': {
      const next =
        endpoint === undefined ? 'check the network and the region' : 'start it, or correct AWS_ENDPOINT_URL';
      const why = code ?? 'connection timed out';
      return { awsCode: 'EndpointUnreachable', reason: `${where} is unreachable (${why}); ${next}`, retryable: true };
    }
    case 'handshake':
      return {
        awsCode: 'TlsError',
        reason: `${where} cannot be trusted or speaks no TLS: ${message}`,
        retryable: false,
      };
    case 'timeout':
      return { awsCode: 'NetworkError', reason: `no answer in time from ${where}`, retryable: true };
    case 'broken':
      return {
        awsCode: 'NetworkError',
        reason: `connection broke (${code ?? 'answer cut off'})`,
        retryable: true,
      };
    case 'malformed':
      return {
        awsCode: 'InvalidResponse',
        reason: `${where} answered what is not HTTP: ${message}`,
        retryable: true,
      };
    case 'oversize':
      return { awsCode: 'ResponseTooLarge', reason: message, retryable: false };
  }
}
