/** An error in the shape that AWS's Node.js client posts. */
export interface DescribedError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** A fault of the handler that Lambda has a name for: `Runtime.HandlerNotFound`, `Runtime.UserCodeSyntaxError`... */
export class RuntimeError extends Error {
  constructor(kind: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = `Runtime.${kind}`;
  }
}

/** Anything may be thrown: an Error keeps its name and stack, everything else is told by its type. */
export function describeError(error: unknown): DescribedError {
  if (error instanceof Error) {
    return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}
