/** A value that only AWS or another stack can give. A resource that uses it is not created. */
export class UnknownValueError extends Error {
  override readonly name = 'UnknownValueError';
  /** Whether the value is of a resource of this template that was not created. */
  readonly isResource: boolean;

  constructor(message: string, { isResource = true }: { readonly isResource?: boolean } = {}) {
    super(message);
    this.isResource = isResource;
  }
}

/** The unknown value that caused `error`, however deep. */
export function unknownValueIn(error: unknown): UnknownValueError | undefined {
  if (error instanceof UnknownValueError) return error;
  return error instanceof Error && error.cause !== undefined ? unknownValueIn(error.cause) : undefined;
}
