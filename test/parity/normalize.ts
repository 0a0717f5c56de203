/** Replacements of what differs between two runs by nature: random ids and moments. */
const VARIABLE: ReadonlyArray<readonly [RegExp, string]> = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<moment>'],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
  [/sid=[A-Za-z0-9_-]{20,}/g, 'sid=<id>'],
];

/** `value` with random ids and moments replaced, everywhere in it. */
export function normalize(value: unknown): unknown {
  if (value === undefined) return undefined;
  let text = JSON.stringify(value);
  for (const [pattern, replacement] of VARIABLE) text = text.replaceAll(pattern, replacement);
  return JSON.parse(text);
}
