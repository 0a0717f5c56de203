/** The parts of a zod issue that describe the schema. `input`, `message`, `keys` and nested issues can echo the value: never read. */
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
  readonly params?: { readonly [SECRET_DETAIL]?: string } | undefined;
}

/** Where {@link secret} leaves what it says about a value that it refused. */
export const SECRET_DETAIL = Symbol('twelvefold.config.secretDetail');

/** Longer lists of allowed values are cut: they belong in the docs, not in a terminal. */
const MAX_LISTED_VALUES = 12;

const UNITS: Record<string, string> = {
  string: ' characters',
  array: ' items',
  set: ' items',
  map: ' entries',
  file: ' bytes',
};

/**
 * What a schema expected, from the schema's side only. zod's own messages are not used: they can quote the value
 * ("Unrecognized key", custom messages built from the input).
 */
export function issueDetail(issue: SchemaIssue): string {
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
      return issue.params?.[SECRET_DETAIL] ?? "refused by one of the schema's own rules";
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
