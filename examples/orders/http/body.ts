import type { FieldFault } from 'twelvefold';
import { problem } from 'twelvefold';
import type * as z from 'zod/mini';

/** The JSON body as the schema wants it, or a 400 that names every field. */
export async function readBody<S extends z.ZodMiniType>(request: Request, schema: S): Promise<z.infer<S> | Response> {
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    return invalid([{ field: '', reason: 'the body is not JSON' }]);
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  return invalid(
    parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((field) => ({ field, reason: 'unknown field' }))
        : [{ field: issue.path.join('.'), reason: issue.message }],
    ),
  );
}

/** A 400 that names every field. */
export function invalid(errors: readonly FieldFault[]): Response {
  return problem({ status: 400, title: 'Invalid request', errors });
}
