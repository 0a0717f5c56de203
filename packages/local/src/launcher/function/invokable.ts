import type { InvokableFunction } from '../../core/function-registry.ts';
import type { LaunchedFunction } from './launch-function.ts';

/**
 * A launched function as the endpoint's services invoke it: topics deliver to it, secrets are
 * rotated by it. It rejects with the function's error, named by its type.
 */
export function invokable(fn: Pick<LaunchedFunction, 'invoke' | 'name'>): InvokableFunction {
  return async (event, { traceId } = {}) => {
    const { payload, error } = await fn.invoke(event, traceId === undefined ? {} : { traceId });
    if (error === undefined) return payload;
    const thrown = new Error(`Cannot invoke function ${fn.name}: ${error.errorType}: ${error.errorMessage}`, {
      cause: error,
    });
    thrown.name = error.errorType;
    throw thrown;
  };
}
