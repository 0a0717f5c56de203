/** The thrown value if it is an error; otherwise an error with the value as text and as `cause`. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}

/** The message of a thrown error, or another thrown value as text. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The code of an error; for a failed call to AWS, AWS's own code. `undefined` without a code. */
export function codeOf(thrown: unknown): string | number | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { awsCode, code } = thrown as Error & { awsCode?: unknown; code?: unknown };
  const found = awsCode ?? code;
  return typeof found === 'string' || typeof found === 'number' ? found : undefined;
}
