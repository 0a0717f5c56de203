import type { $ZodType } from 'zod/v4/core';
import { safeParseAsync } from 'zod/v4/core';
import type { SchemaIssue } from '../schema/issue-detail.ts';
import { issueDetail } from '../schema/issue-detail.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import { valueAt } from '../value-at.ts';

export interface Complaint {
  /** Where in the config: a leaf's path or longer, or shorter for a rule over several keys. */
  readonly path: readonly PropertyKey[];
  readonly detail: string;
  readonly issue?: SchemaIssue;
}

export type Validated = { readonly output: Record<string, unknown> } | { readonly complaints: readonly Complaint[] };

/** Validates with the whole schema. A schema that throws, as a transform may, is asked leaf by leaf to find which one did. */
export async function validate(
  schema: $ZodType,
  leaves: readonly ConfigLeaf[],
  input: Record<string, unknown>,
): Promise<Validated> {
  try {
    const result = await safeParseAsync(schema, input);
    // An object schema gives an object.
    if (result.success) return { output: result.data as Record<string, unknown> };
    return { complaints: result.error.issues.map((issue) => toComplaint(issue, [])) };
  } catch (error) {
    const found = (await Promise.all(leaves.map((leaf) => complaintsOf(leaf, valueAt(input, leaf))))).flat();
    return { complaints: found.length > 0 ? found : [{ path: [], detail: threw(error) }] };
  }
}

async function complaintsOf(leaf: ConfigLeaf, value: unknown): Promise<Complaint[]> {
  try {
    const result = await safeParseAsync(leaf.schema, value);
    return result.success ? [] : result.error.issues.map((issue) => toComplaint(issue, leaf.path));
  } catch (error) {
    return [{ path: leaf.path, detail: threw(error) }];
  }
}

function toComplaint(issue: SchemaIssue & { path: readonly PropertyKey[] }, above: readonly string[]): Complaint {
  return { path: [...above, ...issue.path], detail: issueDetail(issue), issue };
}

/** Never its message: `new URL(text)` and its like quote the text. */
function threw(error: unknown): string {
  return `the schema threw ${error instanceof Error ? error.name : 'something that is not an error'}`;
}
