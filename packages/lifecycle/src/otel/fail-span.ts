import type { Scope } from '../scope.ts';
import { scopeSpan } from '../scope.ts';

/**
 * Marks the scope's span as failed where the failure does not leave the scope as an error; without
 * a tracer nothing.
 */
export function failSpan(scope: Scope, error: unknown): void {
  scopeSpan(scope)?.fail(error);
}
