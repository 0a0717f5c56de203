import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { FieldFault } from '@twelvefold/lifecycle';
import { ParamsInvalid } from './params-invalid.ts';
import type { TaskDefinition } from './task.ts';

/** Libraries whose messages never quote the value: a parameter may be a secret. */
const VENDORS_WITHOUT_VALUES: ReadonlySet<string> = new Set(['zod']);

/** The output of the task's schema. @throws ParamsInvalid with every fault */
export async function validateParams<S extends StandardSchemaV1>(
  task: Pick<TaskDefinition<S>, 'name' | 'params'>,
  raw: unknown,
): Promise<StandardSchemaV1.InferOutput<S>> {
  const { vendor, validate } = task.params['~standard'];
  const result = await validate(raw);
  if (result.issues === undefined) return result.value as StandardSchemaV1.InferOutput<S>; // The schema is an S.
  const quiet = VENDORS_WITHOUT_VALUES.has(vendor);
  throw new ParamsInvalid(
    task.name,
    result.issues.map((issue): FieldFault => {
      return { field: fieldOf(issue), reason: quiet ? issue.message : 'does not fit the schema' };
    }),
  );
}

function fieldOf(issue: StandardSchemaV1.Issue): string {
  let field = '';
  for (const segment of issue.path ?? []) {
    const key = typeof segment === 'object' ? segment.key : segment;
    field += typeof key === 'number' ? `[${key}]` : `${field === '' ? '' : '.'}${String(key)}`;
  }
  return field;
}
