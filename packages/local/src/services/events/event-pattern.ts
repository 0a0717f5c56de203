/** A pattern of a rule: for each field, the values or matchers of which one must hold. */
export type EventPattern = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether one matcher holds for one value: a value itself, or prefix, suffix, exists,
 * anything-but.
 */
function holds(matcher: unknown, value: unknown): boolean {
  if (!isObject(matcher)) return matcher === value;
  if ('exists' in matcher) return (value !== undefined) === matcher.exists;
  if ('prefix' in matcher) return typeof value === 'string' && value.startsWith(String(matcher.prefix));
  if ('suffix' in matcher) return typeof value === 'string' && value.endsWith(String(matcher.suffix));
  if ('anything-but' in matcher) {
    const refused = matcher['anything-but'];
    return value !== undefined && !(Array.isArray(refused) ? refused : [refused]).some((one) => holds(one, value));
  }
  return false;
}

/** Whether an event fits a pattern (EventBridge user guide, "Creating event patterns"). */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = isObject(event) ? event[field] : undefined;
    if (isObject(wanted)) return matchesPattern(wanted, value);
    if (!Array.isArray(wanted)) return false;
    // A field that is a list fits with any of its values.
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return wanted.some((matcher) => values.some((one) => holds(matcher, one)));
  });
}
