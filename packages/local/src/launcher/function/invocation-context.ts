/** What a handler gets as its second argument. */
export interface InvocationContext {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  /** Megabytes, as a string, as Lambda has it. */
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly xRayTraceId: string | undefined;
  /** Negative once the time is up. */
  getRemainingTimeInMillis(): number;
}

/** The context of one invocation, from the headers of the Runtime API and the environment that Lambda sets. */
export function invocationContext(
  awsRequestId: string,
  headers: NodeJS.Dict<string | string[]>,
  env: NodeJS.Dict<string>,
): InvocationContext {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  const traceId = headers['lambda-runtime-trace-id'];
  return {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME ?? '',
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION ?? '',
    invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn'] ?? ''),
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '',
    awsRequestId,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME ?? '',
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME ?? '',
    xRayTraceId: typeof traceId === 'string' ? traceId : undefined,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}
