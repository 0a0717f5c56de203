/**
 * The parts of a zod issue, as a schema raises it, that describe the schema. `input`, `keys` and
 * nested issues can echo the value and are never read; a `message` is shown only where it cannot.
 */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly path?: readonly PropertyKey[] | undefined;
  readonly expected?: unknown;
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: unknown;
  readonly exact?: unknown;
  readonly format?: unknown;
  readonly pattern?: unknown;
  readonly prefix?: unknown;
  readonly suffix?: unknown;
  readonly includes?: unknown;
  readonly divisor?: unknown;
  readonly values?: unknown;
  readonly params?: { readonly [ISSUE_DETAIL]?: string } | undefined;
  /** Present on issues that a function of the author's adds (`superRefine`, `check`). */
  readonly message?: unknown;
  /** The check or the schema that raised the issue. */
  readonly inst?: unknown;
  /** The schema that the check belongs to. */
  readonly schema?: unknown;
}

/**
 * The `params` key under which this package describes a value that it refuses, without the value.
 */
export const ISSUE_DETAIL = Symbol('twelvefold.config.issueDetail');

/** Longer lists of allowed values are cut: they belong in the docs, not in a terminal. */
const MAX_LISTED_VALUES = 12;

/** Describes a rule whose author left no message that can be shown. */
export const RULE_DETAIL = "refused by one of the schema's own rules";

const UNITS: Record<string, string> = {
  string: ' characters',
  array: ' items',
  set: ' items',
  map: ' entries',
  file: ' bytes',
};

/**
 * Describes what a schema expected: in the author's words where these cannot contain the value,
 * else from the schema's definition. zod's own messages are not used, because they can quote the
 * value ("Unrecognized key").
 */
export function issueDetail(issue: SchemaIssue): string {
  return issue.params?.[ISSUE_DETAIL] ?? authorMessage(issue) ?? fromDefinition(issue);
}

/**
 * The message that the author wrote for a check or a schema, e.g. `z.refine(isEven, 'must be
 * even')`. The function behind it is called without the value too; a message that differs then
 * depends on the value and is not returned.
 */
export function authorMessage(issue: SchemaIssue): string | undefined {
  for (const raised of [issue.inst, issue.schema]) {
    const error = (raised as { _zod?: { def?: { error?: unknown } } } | undefined)?._zod?.def?.error; // looked at field by field
    if (typeof error !== 'function') continue;
    try {
      const message = textOf(error(issue));
      if (message === undefined) continue;
      return message === textOf(error({ code: issue.code, path: [] })) ? message : undefined;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function textOf(message: unknown): string | undefined {
  const text = typeof message === 'object' && message !== null && 'message' in message ? message.message : message;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function fromDefinition(issue: SchemaIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_value':
      return allowed(issue.values);
    case 'too_small':
      return `expected ${bound(issue, issue.minimum, 'at least', 'more than')}`;
    case 'too_big':
      return `expected ${bound(issue, issue.maximum, 'at most', 'less than')}`;
    case 'invalid_format':
      return format(issue);
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'has keys that the schema does not know';
    case 'invalid_union':
      return 'fits none of the alternatives in the schema';
    case 'invalid_key':
      return 'has a key that the schema refuses';
    case 'invalid_element':
      return 'has an element that the schema refuses';
    default:
      return RULE_DETAIL;
  }
}

function allowed(values: unknown): string {
  if (!Array.isArray(values)) return 'is not an allowed value';
  const listed = values.slice(0, MAX_LISTED_VALUES).map((value) => (typeof value === 'string' ? value : String(value)));
  const more = values.length > MAX_LISTED_VALUES ? ', ...' : '';
  return values.length === 1 ? `expected ${listed[0]}` : `expected one of ${listed.join(', ')}${more}`;
}

function bound(issue: SchemaIssue, limit: unknown, inclusive: string, exclusive: string): string {
  const words = issue.exact === true ? 'exactly' : issue.inclusive === false ? exclusive : inclusive;
  const shown = issue.origin === 'date' ? new Date(Number(limit)).toISOString() : String(limit);
  return `${words} ${shown}${UNITS[String(issue.origin)] ?? ''}`;
}

function format(issue: SchemaIssue): string {
  switch (issue.format) {
    case 'regex':
      return `does not match ${issue.pattern}`;
    case 'starts_with':
      return `expected to start with ${issue.prefix}`;
    case 'ends_with':
      return `expected to end with ${issue.suffix}`;
    case 'includes':
      return `expected to contain ${issue.includes}`;
    default:
      return `is not a valid ${issue.format}`;
  }
}
