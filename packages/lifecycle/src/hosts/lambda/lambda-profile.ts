import type { Host } from '../detect.ts';
import { detectHost } from '../detect.ts';

/** How a Lambda host behaves, as data. */
export interface LambdaProfile {
  readonly host: Host;
  /**
   * Where extensions register; undefined where Lambda sends no signals: on managed instances, and
   * outside of Lambda.
   */
  readonly extensionsApi?: string;
  /** A caller waits while an environment starts; not so where it was started ahead of calls. */
  readonly startIsAwaited: boolean;
  /** Invocations at a time: 1, or on managed instances `AWS_LAMBDA_MAX_CONCURRENCY`. */
  readonly concurrency: number;
  /** Fields of every log line, which name the function. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * The profile of the execution environment that this process, or this worker of a managed instance,
 * is.
 */
export function lambdaProfile(env: Readonly<Record<string, string | undefined>>): LambdaProfile {
  const host = detectHost(env);
  const api = host === 'lambda' ? env.AWS_LAMBDA_RUNTIME_API : undefined;
  const type = env.AWS_LAMBDA_INITIALIZATION_TYPE;
  return {
    host,
    startIsAwaited: host === 'lambda' && type !== 'provisioned-concurrency',
    concurrency: host === 'lambda-managed' ? wholeNumber(env.AWS_LAMBDA_MAX_CONCURRENCY) : 1,
    ...(api ? { extensionsApi: api } : {}),
    facts: { function_name: env.AWS_LAMBDA_FUNCTION_NAME, function_version: env.AWS_LAMBDA_FUNCTION_VERSION },
  };
}

/** Lambda's default for Node on managed instances, per vCPU. */
const MANAGED_CONCURRENCY = 64;

function wholeNumber(text: string | undefined): number {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : MANAGED_CONCURRENCY;
}
