import type { HttpRequest } from '../../core/http.ts';
import type { Action } from '../../core/service.ts';
import { ServiceError } from '../../core/service-error.ts';
import { readFunctionArn } from './function-arn.ts';
import { extendLineage } from './lineage.ts';

export interface InvokeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

// Lambda quotas: a synchronous and an asynchronous event.
const MAX_SYNC_BYTES = 6_291_456;
const MAX_ASYNC_BYTES = 1_048_576;

/**
 * Lambda stops a chain when it would invoke a function about the 17th time (guide, "Use Lambda
 * recursive loop detection").
 */
const MAX_CHAIN = 16;

function readEvent(body: Buffer, limit: number): unknown {
  if (body.length > limit) {
    throw new ServiceError(
      'RequestTooLargeException',
      `${body.length} byte payload is too large for the Invoke operation (limit ${limit} bytes)`,
      { status: 413 },
    );
  }
  try {
    return body.length === 0 ? {} : JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ServiceError(
      'InvalidRequestContentException',
      'Could not parse request body into json: the payload is not valid JSON',
    );
  }
}

/**
 * A handler's error as its caller sees it; that of a launched function (launch-function.ts) as its
 * runtime words it.
 */
function errorBody(thrown: unknown): string {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { cause } = error;
  if (typeof cause === 'object' && cause !== null && 'errorType' in cause && 'errorMessage' in cause) {
    const trace = 'trace' in cause ? cause.trace : [];
    return JSON.stringify({ errorType: cause.errorType, errorMessage: cause.errorMessage, trace });
  }
  const { name, message, stack } = error;
  return JSON.stringify({ errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] });
}

export const invoke: Action = async (input, context): Promise<InvokeAnswer> => {
  const { name, http } = input as unknown as { name: string; http: HttpRequest }; // the service's route makes every input
  const arn = readFunctionArn(name, context);
  context.touches(arn, 'lambda:InvokeFunction');
  const type = http.headers['x-amz-invocation-type']?.toString() ?? 'RequestResponse';
  if (!['RequestResponse', 'Event', 'DryRun'].includes(type)) {
    throw new ServiceError('InvalidParameterValueException', `The invocation type ${type} is not supported.`);
  }
  if (!context.functions.has(arn)) {
    throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
  }
  const event = readEvent(http.body, type === 'Event' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES);
  if (type === 'DryRun') return { status: 204 };
  const lineage = extendLineage(context.traceHeader, arn);
  if (lineage.count > MAX_CHAIN) {
    // Lambda drops an asynchronous event of a chain that is too long.
    if (type === 'Event') return { status: 202 };
    throw new ServiceError(
      'RecursiveInvocationException',
      "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation.",
    );
  }
  const result = context.functions.invoke(arn, event, { traceId: lineage.header });
  if (type === 'Event') {
    // The caller has its answer already, so the error stays with the function.
    result.catch(() => {});
    return { status: 202 };
  }
  const headers = { 'x-amz-executed-version': '$LATEST' };
  try {
    return { status: 200, headers, body: JSON.stringify((await result) ?? null) };
  } catch (error) {
    return { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body: errorBody(error) };
  }
};
