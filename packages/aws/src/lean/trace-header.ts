import type { Environment } from '../settings.ts';

/** What a Lambda runtime with several invocations at once keeps apart from the environment. */
interface RuntimeGlobals {
  awslambda?: { InvokeStore?: { getXRayTraceId?: () => string | undefined } };
}

/**
 * The trace of the invocation, which Lambda looks at to stop functions that call themselves through SQS or SNS in circles.
 * For functions alone.
 */
export function traceHeader(env: Environment): string | undefined {
  const { awslambda } = globalThis as RuntimeGlobals; // put there by the runtime, under this name
  const trace = awslambda?.InvokeStore?.getXRayTraceId?.() ?? env._X_AMZN_TRACE_ID;
  // It becomes a header: nothing that could begin another one.
  return trace && /^[\x20-\x7e]{1,1024}$/.test(trace) ? trace : undefined;
}
