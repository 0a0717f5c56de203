import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Libraries whose issue messages name what was expected but never quote what was found. */
const VENDORS_WITHOUT_VALUES: ReadonlySet<string> = new Set(['zod']);

/**
 * Describes a message's faults, field by field, without any of its values: they may be personal
 * data or secrets, and the text ends up in logs and in attributes of dead-letter messages. Some
 * libraries (valibot, ArkType) quote the value that they found, so for those only the field is
 * named.
 */
export function describeIssues(schema: StandardSchemaV1, issues: readonly StandardSchemaV1.Issue[]): string {
  const withMessages = VENDORS_WITHOUT_VALUES.has(schema['~standard'].vendor);
  return issues
    .map((issue) => {
      const field = fieldOf(issue);
      return withMessages ? `${field}: ${issue.message}` : `${field}: does not fit the schema`;
    })
    .join('; ');
}

function fieldOf(issue: StandardSchemaV1.Issue): string {
  let field = '';
  for (const segment of issue.path ?? []) {
    const key = typeof segment === 'object' ? segment.key : segment;
    field += typeof key === 'number' ? `[${key}]` : `${field === '' ? '' : '.'}${String(key)}`;
  }
  return field === '' ? '(message)' : field;
}
