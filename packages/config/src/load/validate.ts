import type { $ZodType } from 'zod/v4/core';
import type { SchemaIssue } from '../schema/issue-detail.ts';
import { ISSUE_DETAIL, issueDetail } from '../schema/issue-detail.ts';
import type { ConfigLeaf } from '../schema/leaf.ts';
import { strictSchema } from '../schema/strict-schema.ts';
import { valueAt } from '../value-at.ts';

/** One thing that the schema refuses. */
export interface Complaint {
  /** Where in the config: a leaf's path or longer, or shorter for a rule over several keys. */
  readonly path: readonly PropertyKey[];
  readonly detail: string;
  readonly issue?: SchemaIssue;
  /** The leaf's own schema accepts the value; a rule over several keys names its path. */
  readonly byRule?: true;
}

export type Validated = { readonly output: Record<string, unknown> } | { readonly complaints: readonly Complaint[] };

/**
 * Validates with the whole schema. If it throws, as a transform may, each leaf is validated apart
 * to find the one that did.
 */
export async function validate(
  schema: $ZodType,
  leaves: readonly ConfigLeaf[],
  input: Record<string, unknown>,
): Promise<Validated> {
  try {
    const result = await run(schema, input);
    // An object schema gives an object.
    if (result.issues.length === 0) return { output: result.value as Record<string, unknown> };
    return { complaints: await Promise.all(result.issues.map((issue) => complaintOf(issue, leaves, input))) };
  } catch (error) {
    const found = (await Promise.all(leaves.map((leaf) => leafComplaints(leaf, valueAt(input, leaf))))).flat();
    return { complaints: found.length > 0 ? found : [{ path: [], detail: threw(error) }] };
  }
}

/** The complaints of a leaf's own schema about a decoded value. */
export async function leafComplaints(leaf: ConfigLeaf, value: unknown): Promise<Complaint[]> {
  try {
    const { issues } = await run(leaf.schema, value);
    return issues.map((issue) => ({ path: [...leaf.path, ...issue.path], detail: issueDetail(issue), issue }));
  } catch (error) {
    return [{ path: leaf.path, detail: threw(error) }];
  }
}

type RaisedIssue = SchemaIssue & { readonly path: readonly PropertyKey[] };

/**
 * Issues as they are raised: `safeParse` takes the check that raised an issue away, and with it the
 * author's message.
 */
async function run(schema: $ZodType, value: unknown): Promise<{ value: unknown; issues: readonly RaisedIssue[] }> {
  const payload = await strictSchema(schema)._zod.run({ value, issues: [] }, { async: true });
  return { value: payload.value, issues: payload.issues.map((issue) => ({ ...issue, path: issue.path ?? [] })) };
}

async function complaintOf(
  issue: RaisedIssue,
  leaves: readonly ConfigLeaf[],
  input: Record<string, unknown>,
): Promise<Complaint> {
  const complaint = { path: issue.path, detail: issueDetail(issue), issue };
  if (issue.code !== 'custom' || issue.params?.[ISSUE_DETAIL] !== undefined) return complaint;
  const leaf = leaves.find(({ path }) => path.every((segment, at) => segment === issue.path[at]));
  if (leaf === undefined || (await leafComplaints(leaf, valueAt(input, leaf))).length > 0) return complaint;
  return { ...complaint, byRule: true };
}

/** Never its message: `new URL(text)` and its like quote the text. */
function threw(error: unknown): string {
  return `the schema threw ${error instanceof Error ? error.name : 'something that is not an error'}`;
}
