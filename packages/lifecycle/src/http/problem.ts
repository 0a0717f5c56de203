import { CORRELATION_HEADER } from '../correlation.ts';
import { currentScope } from '../scope.ts';

/** One field that is wrong, as a problem answer lists it. */
export interface FieldFault {
  /** Where: `quantity`, `lines[2].sku`; empty for the whole body. */
  field: string;
  reason: string;
}

export interface ProblemDetails {
  status: number;
  title: string;
  detail?: string;
  errors?: readonly FieldFault[];
}

/**
 * An `application/problem+json` answer (RFC 9457), with the correlation id of the scope.
 *
 * @example
 * ```ts
 * return problem({ status: 404, title: 'No such order' });
 * ```
 * @param correlationId - @defaultValue that of the running scope
 */
export function problem(details: ProblemDetails, correlationId = currentScope()?.correlationId): Response {
  return new Response(
    JSON.stringify({ type: 'about:blank', ...details, ...(correlationId ? { correlationId } : {}) }),
    {
      status: details.status,
      headers: {
        'content-type': 'application/problem+json',
        ...(correlationId ? { [CORRELATION_HEADER]: correlationId } : {}),
      },
    },
  );
}
